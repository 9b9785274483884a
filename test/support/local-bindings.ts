// Apart from local-stack.ts, which loads wrangler and Miniflare.

import { SANDBOX_CREDENTIALS } from "../../src/sandbox/index.ts";
import type { TokenSecret } from "../../src/token/index.ts";

export const PROXY_KEY = { name: "shop", key: "proxy-key-of-the-shop-0123456789abcdef" };
export const OTHER_PROXY_KEY = { name: "alerts", key: "proxy-key-of-the-alerts-0123456789abcdef" };
export const ADMIN_KEY = { name: "ops", key: "admin-key-of-the-operator-0123456789abcdef" };
export const TOKEN_SECRET: TokenSecret = { kid: "k1", secret: "token-secret-0123456789-0123456789-abcdef" };

/** A complete configuration of the Worker, with Vonage at `url`. */
export function bindingsFor(url: string): Record<string, string> {
  const { twoFactor, other } = SANDBOX_CREDENTIALS;
  return {
    VONAGE_BASE_URL: url,
    VONAGE_2FA_API_KEY: twoFactor.apiKey,
    VONAGE_2FA_API_SECRET: twoFactor.apiSecret,
    VONAGE_OTHER_API_KEY: other.apiKey,
    VONAGE_OTHER_API_SECRET: other.apiSecret,
    PROXY_KEYS_2FA: `${PROXY_KEY.name}:${PROXY_KEY.key}`,
    PROXY_KEYS_OTHER: `${OTHER_PROXY_KEY.name}:${OTHER_PROXY_KEY.key}`,
    ADMIN_KEYS: `${ADMIN_KEY.name}:${ADMIN_KEY.key}`,
    TOKEN_SECRETS: `${TOKEN_SECRET.kid}:${TOKEN_SECRET.secret}`,
  };
}
