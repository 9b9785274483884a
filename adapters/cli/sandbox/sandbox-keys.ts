/**
 * The keys of every sandbox. They are the same at each start, so that tests can contain them. They open nothing else: a
 * sandbox listens on this machine, and what is behind it is not Vonage.
 */
export const SANDBOX_KEYS = {
  proxyKey: "sandbox-proxy-key-0123456789abcdef",
  adminKey: "sandbox-admin-key-0123456789abcdef",
  tokenSecret: { kid: "local", secret: "sandbox-token-secret-0123456789abcdef" },
} as const;
