// A report's parameters → a request that its receiver can authenticate.

import { encodeBasic } from "../wire/basic-auth.ts";
import { encodeReport, type Parameter } from "../wire/parameters.ts";
import type { ValidReport } from "../wire/report.ts";
import type { SignatureMethod } from "../wire/signature-method.ts";

/** An account's API key with its secret. */
export interface SecretCredentials {
  readonly apiKey: string;
  readonly apiSecret: string;
  /**
   * How a report travels:
   *
   * - `"basic"`: the secret in `Authorization: Basic`, the parameters in a form, as most official SDKs do it. No
   *   message id stands in a URL.
   * - `"basic-query"`: the secret in `Authorization: Basic`, the parameters in the query, where the published
   *   description has them. For accounts whose form is refused (400, 415, 420, 422 or 423).
   * - `"query"`: everything in the query, the secret too, as SDKs of Nexmo's time did it. URLs end up in logs: only
   *   where `"basic-query"` is refused as well.
   *
   * Texts with codes always go as a form.
   *
   * @default "basic"
   */
  readonly via?: "basic" | "basic-query" | "query";
  readonly signatureSecret?: never;
  readonly signatureMethod?: never;
}

/** An account's API key with its signature secret: the secret itself never travels. */
export interface SignatureCredentials {
  readonly apiKey: string;
  readonly signatureSecret: string;
  /** What the account's settings say. */
  readonly signatureMethod: SignatureMethod;
  /**
   * Where a report's parameters travel: in a form, or in the query, where the published description has them. Use
   * `"query"` where the form is refused (400, 401, 415, 420, 422 or 423): a form that is not read holds no API key
   * either.
   *
   * @default "form"
   */
  readonly via?: "form" | "query";
  readonly apiSecret?: never;
}

export type Credentials = SecretCredentials | SignatureCredentials;

/** Who the receiver shall take the sender for: an account (Vonage), or a token or proxy key (the Worker). */
export type Identity =
  | { readonly kind: "account"; readonly credentials: Credentials }
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "key"; readonly key: string };

/** One POST, ready to go: its parameters are either in the query or, as a form, in the body. */
export interface AuthenticatedRequest {
  readonly path: string;
  readonly query?: Parameter[];
  readonly form?: Parameter[];
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Makes the function that puts a report and its sender's identity into one request. Parameters go as a form, so that
 * no message id stands in a URL, unless `via` wants them in the query. With a token the request is CORS-simple: no
 * header, so no preflight.
 *
 * @returns From a report; one that is signed must have its `timestamp`, which the signature's freshness hangs on.
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
      // Signing wants a `timestamp` in seconds, the report has one of its own by that name. As Vonage's Node, PHP and
      // Python SDKs do, the report's is signed.
      const signed = [key, ...encodeReport(report)];
      // Loaded on demand: browsers never sign, and would pay for it.
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
