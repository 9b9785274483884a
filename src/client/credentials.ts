// Turns a report's parameters into an authenticated request.

import { encodeBasic } from "../wire/basic-auth.ts";
import type { Parameter } from "../wire/parameters.ts";
import type { ValidReport } from "../wire/report.ts";
import { encodeReport } from "../wire/report-parameters.ts";
import type { SignatureMethod } from "../wire/signature-method.ts";

/** An account's API key and API secret. */
export interface SecretCredentials {
  /** The account's API key. */
  readonly apiKey: string;
  /** The account's API secret. */
  readonly apiSecret: string;
  /**
   * The place of the secret and of the report's parameters:
   *
   * - `"basic"`: the secret in `Authorization: Basic`, the parameters in a form, as in most official SDKs. No message id
   *   appears in a URL.
   * - `"basic-query"`: the secret in `Authorization: Basic`, the parameters in the query, as in Vonage's published
   *   description. Use it if Vonage refuses the form (400, 415, 420, 422 or 423).
   * - `"query"`: everything in the query, the secret included, as in Nexmo's old SDKs. URLs end up in logs: use it only
   *   if Vonage refuses `"basic-query"` too.
   *
   * Messages with codes are always sent as a form.
   *
   * @default "basic"
   * @example
   * createConversionClient({ credentials: { apiKey, apiSecret, via: "basic-query" } });
   */
  readonly via?: "basic" | "basic-query" | "query";
  readonly signatureSecret?: never;
  readonly signatureMethod?: never;
}

/** An account's API key and signature secret. The secret signs each request and never travels. */
export interface SignatureCredentials {
  /** The account's API key. */
  readonly apiKey: string;
  /** The account's signature secret, which differs from its API secret. */
  readonly signatureSecret: string;
  /** The signature method in the account's settings. */
  readonly signatureMethod: SignatureMethod;
  /**
   * The place of the report's parameters: a form, or the query, as in Vonage's published description. Use
   * `"query"` if Vonage refuses the form (400, 401, 415, 420, 422 or 423). A 401 is possible because the form also
   * carries the API key.
   *
   * @default "form"
   * @example
   * const signing = { apiKey, signatureSecret, signatureMethod: "sha256" } as const;
   * createConversionClient({ credentials: { ...signing, via: "query" } });
   */
  readonly via?: "form" | "query";
  readonly apiSecret?: never;
}

/** A Vonage account: its API key with either the API secret or the signature secret. */
export type Credentials = SecretCredentials | SignatureCredentials;

/** The sender's identity: an account for Vonage, a token or a proxy key for the Worker. */
export type Identity =
  | { readonly kind: "account"; readonly credentials: Credentials }
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "key"; readonly key: string };

/** One POST, ready to send, with its parameters in the query or in a form. */
export interface AuthenticatedRequest {
  readonly path: string;
  readonly query?: Parameter[];
  readonly form?: Parameter[];
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Creates the function that combines a report and its sender's identity into one request. The parameters are a form, so
 * that no message id appears in a URL, unless `via` puts them in the query. With a token the request is CORS-simple: it
 * has no header that needs a preflight.
 *
 * @returns A function of the report. To be signed, a report must have a `timestamp`: Vonage judges freshness by it.
 */
export function createAuthenticator(
  identity: Identity,
): (report: ValidReport) => AuthenticatedRequest | Promise<AuthenticatedRequest> {
  const toRequest = (
    { channel }: ValidReport,
    parameters: Parameter[],
    inQuery = false,
    headers: AuthenticatedRequest["headers"] = {},
  ): AuthenticatedRequest => ({
    path: `/conversions/${channel}`,
    [inQuery ? "query" : "form"]: parameters,
    headers,
  });
  if (identity.kind === "token") {
    return (report) => toRequest(report, [...encodeReport(report), ["token", identity.token]]);
  }
  if (identity.kind === "key") {
    const headers = { authorization: `Bearer ${identity.key}`, accept: "application/json" };
    return (report) => toRequest(report, encodeReport(report), false, headers);
  }
  const { apiKey, apiSecret, signatureSecret, signatureMethod, via } = identity.credentials;
  const key: Parameter = ["api_key", apiKey];
  if (signatureSecret !== undefined) {
    return async (report) => {
      // Signing needs a `timestamp` in seconds, but the report's own has that name. Sign the report's, as Vonage's SDKs
      // for Node, PHP and Python do.
      const signed = [key, ...encodeReport(report)];
      // Loaded on demand: browsers never sign.
      const { signParameters } = await import("../wire/signature.ts");
      const sig = await signParameters(signed, signatureSecret, signatureMethod);
      return toRequest(report, [...signed, ["sig", sig]], via === "query");
    };
  }
  if (via === "query") {
    return (report) => toRequest(report, [key, ["api_secret", apiSecret], ...encodeReport(report)], true);
  }
  const headers = { authorization: encodeBasic(apiKey, apiSecret) };
  return (report) => toRequest(report, encodeReport(report), via === "basic-query", headers);
}
