import { decodeBasic } from "../wire/basic-auth.ts";
import type { Parameters } from "../wire/parameters.ts";
import { isFresh, verifySignature } from "../wire/signature.ts";

/** A Vonage account, as far as its interfaces see it. */
export interface SandboxAccount {
  readonly apiKey: string;
  readonly apiSecret: string;
  /** For signed requests, of which every one of the five methods is taken, and for signed webhooks. */
  readonly signatureSecret: string;
  /** Whether Vonage support has enabled the Conversion API: if not, every report gets 402. Texts go out all the same. */
  readonly enabled: boolean;
  /**
   * Whether reports must have their parameters in the query, where the published description of the Conversion API
   * has them: what stands in a body is not read then.
   *
   * @default false
   */
  readonly queryOnly?: boolean | undefined;
}

/**
 * Credentials of the accounts that a sandbox starts with. They are public: they open nothing but the sandbox.
 * The signature secret of each is its API secret reversed.
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

/** How a request was authenticated. */
export type SandboxAuthentication = "basic" | "query" | "signature";

/**
 * Finds the account that a request speaks for: Basic header, `api_key` with `api_secret`, or `api_key` with `sig`.
 *
 * @returns `undefined`: nobody, 401.
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
