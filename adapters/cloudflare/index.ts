// The Cloudflare Worker: environment and context in, the handler of adapters/fetch behind.

import { type ConversionHandler, createHandler, createIncompleteHandler } from "../fetch/handler.ts";
import { type Env, readEnv } from "./env.ts";

export type { Env } from "./env.ts";

/** What is used of Cloudflare's `ExecutionContext`. */
export interface ExecutionContext {
  waitUntil(work: Promise<unknown>): void;
}

/** One handler for each environment, which lives as long as the isolate. */
const handlers = new WeakMap<Env, ConversionHandler>();

/**
 * The Worker. Deploy it as it is, or from a file of your own:
 * `export { default } from "vonage-conversion/cloudflare"`.
 */
export default {
  fetch(request: Request, env: Env, context: ExecutionContext): Promise<Response> {
    let handle = handlers.get(env);
    if (handle === undefined) {
      const read = readEnv(env);
      handle = "config" in read ? createHandler(read.config) : createIncompleteHandler(read);
      handlers.set(env, handle);
    }
    return handle(request, {
      waitUntil: (work) => context.waitUntil(work),
      lengthHolds: true,
      clientAddress: request.headers.get("cf-connecting-ip") ?? undefined,
    });
  },
};
