// The Worker without Cloudflare, for every runtime and framework with `Request` and `Response`.

import type { ConversionHandler } from "./app.ts";
import { createHandler } from "./handler.ts";
import type { ConversionHandlerOptions } from "./handler-options.ts";
import { resolveHandlerOptions } from "./options.ts";

export type { Credentials, SecretCredentials, SignatureCredentials } from "../../src/client/credentials.ts";
export type { ConversionErrorCode, ConversionErrorDetails } from "../../src/client/errors.ts";
export { ConversionError, isConversionError } from "../../src/client/errors.ts";
export type { TokenSecret } from "../../src/token/token-secret.ts";
export type { Channel, Traffic } from "../../src/wire/report.ts";
export type { ConversionHandler } from "./app.ts";
export type { HandlerContext } from "./context.ts";
export type { AdminKey, ConversionHandlerOptions, ProxyKey } from "./handler-options.ts";
export type { LogEntry } from "./log.ts";
export type { RateLimit, RateLimits } from "./ports/rate-limit.ts";

/**
 * Makes a request handler that takes reports like the Conversion API, without its secrets: `POST /conversions/sms`,
 * `POST /conversions/voice` and `GET /health`.
 *
 * @example
 * const handle = createConversionHandler({
 *   credentials: { "2fa": { apiKey, apiSecret } },
 *   proxyKeys: [{ name: "shop", key }],
 * });
 * export const POST = (request: Request) => handle(request);
 *
 * @throws {ConversionError} `invalid_options`, with every option that is missing or wrong and no value.
 */
export function createConversionHandler(options: ConversionHandlerOptions): ConversionHandler {
  return createHandler(resolveHandlerOptions(options));
}
