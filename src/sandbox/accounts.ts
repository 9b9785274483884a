import { decodeBasic } from "../wire/basic-auth.ts";
import type { Parameters } from "../wire/parameters.ts";
import { isFresh, verifySignature } from "../wire/signature.ts";

/** A Vonage account, as the simulated interfaces know it. */
export interface SandboxAccount {
  readonly apiKey: string;
  readonly apiSecret: string;
  /** Verifies signed requests, with any of the five methods, and signs webhooks. */
  readonly signatureSecret: string;
  /** `true` if Vonage support has enabled the Conversion API. Otherwise every report gets 402; texts are still sent. */
  readonly enabled: boolean;
  /**
   * `true` if parameters of reports are read from the query only, as the published description of the Conversion API
   * has it. Parameters in a body are then ignored.
   *
   * @default false
   */
  readonly queryOnly?: boolean | undefined;
}

/**
 * Credentials of the accounts that a sandbox starts with. They are public and work in the sandbox only.
 * The signature secret of each account is its API secret reversed.
 *
 * @example
 * createConversionClient({ credentials: SANDBOX_CREDENTIALS.twoFactor, fetch: sandbox.fetch });
 *
 * @example
 * // An account without access to the Conversion API: every report fails with `not_enabled`.
 * createConversionClient({ credentials: SANDBOX_CREDENTIALS.notEnabled, fetch: sandbox.fetch });
 */
export const SANDBOX_CREDENTIALS = {
  /** For 2FA traffic; enabled. */
  twoFactor: { apiKey: "2fa00001", apiSecret: "SandboxSecretOf2fa" },
  /** For all other traffic; enabled. */
  other: { apiKey: "07e40002", apiSecret: "SandboxSecretOfOther" },
  /** Not enabled for the Conversion API: 402. */
  notEnabled: { apiKey: "d15ab1ed", apiSecret: "SandboxSecretOfNotEnabled" },
} as const;

/** The accounts of {@link SANDBOX_CREDENTIALS}. */
export const SANDBOX_ACCOUNTS: readonly SandboxAccount[] = Object.values(SANDBOX_CREDENTIALS).map(
  (credentials) => ({
    ...credentials,
    signatureSecret: [...credentials.apiSecret].reverse().join(""),
    enabled: credentials !== SANDBOX_CREDENTIALS.notEnabled,
  }),
);

/** The way in which a request was authenticated. */
export type SandboxAuthentication = "basic" | "query" | "signature";

/**
 * Authenticates a request: by a Basic header, `api_key` with `api_secret`, or `api_key` with `sig`.
 *
 * @returns `undefined` if the request is not authenticated (401).
 */
export async function findAccount(
  accounts: ReadonlyMap<string, SandboxAccount>,
  authorization: string | null,
  parameters: Parameters,
  now: number,
): Promise<{ account: SandboxAccount; authentication: SandboxAuthentication } | undefined> {
  if (authorization !== null) {
    const basic = decodeBasic(authorization);
    const account = accounts.get(basic?.user ?? "");
    return account?.apiSecret === basic?.password && account
      ? { account, authentication: "basic" }
      : undefined;
  }
  const account = accounts.get(parameters.get("api_key") ?? "");
  if (account === undefined) return undefined;
  if (parameters.get("api_secret") === account.apiSecret) return { account, authentication: "query" };
  const signed = isFresh(parameters, now) && (await verifySignature(parameters, account.signatureSecret));
  return signed ? { account, authentication: "signature" } : undefined;
}
