// A report's parameters → a request that its receiver can authenticate.

import { encodeBasic } from "./basic-auth.ts";
import { encodeReport, type Parameter } from "./parameters.ts";
import type { ValidReport } from "./report.ts";
import type { SignatureMethod } from "./signature-method.ts";

/** An account's API key with its secret. */
export interface SecretCredentials {
  readonly apiKey: string;
  readonly apiSecret: string;
  /**
   * Where they travel: the `Authorization: Basic` header, or the query string as SDKs of Nexmo's time had it.
   *
   * @default "basic"
   */
  readonly via?: "basic" | "query";
  readonly signatureSecret?: never;
  readonly signatureMethod?: never;
}

/** An account's API key with its signature secret: the secret itself never travels. */
export interface SignatureCredentials {
  readonly apiKey: string;
  readonly signatureSecret: string;
  /** What the account's settings say. */
  readonly signatureMethod: SignatureMethod;
  readonly apiSecret?: never;
  readonly via?: never;
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
 * Makes the function that puts a report and its sender's identity into one request. Parameters go as a form, so
 * that no message id stands in a URL, except with `via: "query"`. With a token the request is CORS-simple: no
 * header, so no preflight.
 *
 * @returns From a report and the time (epoch milliseconds, for a signature over a report that has no timestamp).
 */
export function createAuthenticator(
  identity: Identity,
): (report: ValidReport, now: number) => AuthenticatedRequest | Promise<AuthenticatedRequest> {
  const path = (report: ValidReport) => `/conversions/${report.channel}`;
  const withHeaders = (headers: Readonly<Record<string, string>>, more: Parameter[] = []) => {
    return (report: ValidReport) => ({
      path: path(report),
      form: [...encodeReport(report), ...more],
      headers,
    });
  };
  if (identity.kind === "token") return withHeaders({}, [["token", identity.token]]);
  if (identity.kind === "key") {
    return withHeaders({ authorization: `Bearer ${identity.key}`, accept: "application/json" });
  }
  const { credentials } = identity;
  const apiKey: Parameter = ["api_key", credentials.apiKey];
  if (credentials.signatureSecret !== undefined) {
    return async (report, now) => {
      const signed = [apiKey, ...encodeReport(report)];
      // Signing wants a `timestamp` in seconds, the report has one of its own by that name: as Vonage's Node, PHP
      // and Python SDKs do, the report's is signed, and seconds are added only where it has none.
      if (report.timestamp === undefined) signed.push(["timestamp", String(Math.floor(now / 1000))]);
      // Loaded on demand: browsers never sign, and would pay for it.
      const { signParameters } = await import("./signature.ts");
      const sig = await signParameters(signed, credentials.signatureSecret, credentials.signatureMethod);
      return { path: path(report), form: [...signed, ["sig", sig]], headers: {} };
    };
  }
  const { apiSecret, via } = credentials;
  if (via !== "query") return withHeaders({ authorization: encodeBasic(credentials.apiKey, apiSecret) });
  return (report) => ({
    path: path(report),
    query: [apiKey, ["api_secret", apiSecret], ...encodeReport(report)],
    headers: {},
  });
}
