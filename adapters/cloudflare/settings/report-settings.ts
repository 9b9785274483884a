// The settings of reports. docs/reference/settings.md lists them.

import { readKeys, readList, readNumber, readNumbers, readSecrets } from "./readers.ts";
import type { Settings } from "./setting.ts";

/** The credentials that Vonage knows: one account for 2FA traffic, one for all other traffic. */
const CREDENTIALS = {
  VONAGE_2FA_API_KEY: {
    option: "handler.credentials.2fa.apiKey",
    secret: { example: "example1" },
    what: "The API key of the Vonage account for 2FA traffic. At least one of the two accounts is required.",
  },
  VONAGE_2FA_API_SECRET: {
    option: "handler.credentials.2fa.apiSecret",
    secret: { example: "replace-with-the-api-secret" },
    what: "The API secret of that account.",
  },
  VONAGE_2FA_SIGNATURE_SECRET: {
    option: "handler.credentials.2fa.signatureSecret",
    secret: { example: "replace-with-the-signature-secret" },
    what: "The signature secret of that account, in place of the API secret.",
  },
  VONAGE_2FA_SIGNATURE_METHOD: {
    option: "handler.credentials.2fa.signatureMethod",
    secret: { example: "sha256" },
    what: "Required with the signature secret: `md5hash`, `md5`, `sha1`, `sha256` or `sha512`.",
  },
  VONAGE_2FA_VIA: {
    option: "handler.credentials.2fa.via",
    what:
      "The way reports travel to Vonage. With an API secret: `basic` (default), `basic-query` or `query`. With a signature " +
      "secret: `form` (default) or `query`.",
    more: "[When to change it](#when-vonage-refuses-the-way-reports-are-sent).",
  },
  VONAGE_OTHER_API_KEY: {
    option: "handler.credentials.other.apiKey",
    secret: { example: "example2" },
    what: "The API key for all other traffic. It must differ from the API key for 2FA traffic.",
  },
  VONAGE_OTHER_API_SECRET: {
    option: "handler.credentials.other.apiSecret",
    secret: { example: "replace-with-the-other-api-secret" },
    what: "The API secret for all other traffic.",
  },
  VONAGE_OTHER_SIGNATURE_SECRET: {
    option: "handler.credentials.other.signatureSecret",
    secret: { example: "replace-with-the-other-signature-secret" },
    what: "The signature secret for all other traffic, in place of the API secret.",
  },
  VONAGE_OTHER_SIGNATURE_METHOD: {
    option: "handler.credentials.other.signatureMethod",
    secret: { example: "sha256" },
    what: "Required with that signature secret. It has the same values as `VONAGE_2FA_SIGNATURE_METHOD`.",
  },
  VONAGE_OTHER_VIA: {
    option: "handler.credentials.other.via",
    what: "The way reports of all other traffic travel to Vonage. It has the same values as `VONAGE_2FA_VIA`.",
  },
} satisfies Settings;

/** The credentials that callers of the Worker have. */
const CALLERS = {
  PROXY_KEYS_2FA: {
    option: "handler.proxyKeys",
    read: (text: string) => readKeys(text, { traffic: "2fa" }),
    secret: { example: "shop:replace-with-32-or-more-characters-1" },
    what:
      "The keys of servers that report 2FA traffic: `name:key`, separated by commas or white space. A key has 32 " +
      "characters or more. A key reports one kind of traffic, as at Vonage.",
  },
  PROXY_KEYS_OTHER: {
    option: "handler.proxyKeys",
    read: (text: string) => readKeys(text, { traffic: "other" }),
    secret: { example: "newsletter:replace-with-32-or-more-characters-2" },
    what: "The keys of servers that report all other traffic, in the same form.",
  },
  ADMIN_KEYS: {
    option: "handler.adminKeys",
    read: readKeys,
    secret: { example: "me:replace-with-32-or-more-characters-3" },
    what: "The operator's keys, in the same form. They open the ledger's lists and cannot report.",
  },
  TOKEN_SECRETS: {
    option: "handler.tokenSecrets",
    read: readSecrets,
    secret: { example: "t1:replace-with-32-or-more-characters-4" },
    what:
      "The secrets that sign report tokens: `kid:secret`, separated by commas or white space. The first signs and all " +
      "verify, so they can be rotated. Without proxy keys and token secrets the Worker serves nothing.",
  },
  TOKEN_AUDIENCE: {
    option: "handler.tokenAudience",
    default: "vonage-conversion",
    what: "The `aud` of report tokens.",
  },
  ALLOWED_ORIGINS: {
    option: "handler.allowedOrigins",
    read: readList,
    what:
      "The origins whose pages may read the answers (CORS), such as `https://shop.example capacitor://localhost`, or " +
      "`*`. This does not authenticate callers.",
  },
} satisfies Settings;

const UPSTREAM = {
  VONAGE_BASE_URL: {
    option: "handler.baseUrl",
    default: "https://api.nexmo.com",
    what: "The address of the Conversion API and the Voice API.",
  },
  UPSTREAM_TIMEOUT_MS: {
    option: "handler.timeout",
    read: readNumber,
    default: "4000",
    what: "The time limit of a request to Vonage in milliseconds, 1 to 30000.",
  },
} satisfies Settings;

const LEDGER = {
  LEDGER: {
    option: "ledger.namespace",
    binding: "objects",
    what: "The ledger's Durable Objects. Without them reports are forwarded and forgotten, and `GET /health` says so.",
  },
  LEDGER_SHARDS: {
    option: "ledger.shards",
    read: readNumbers,
    default: "4",
    what:
      "The number of the ledger's shards, 1 to 1024. After a change, list the former number too (`16,4`) for as long as " +
      "reports are remembered.",
    more: "[How to choose and to change it](ledger.md#shards).",
  },
  LEDGER_JURISDICTION: {
    option: "ledger.jurisdiction",
    what:
      "The jurisdiction in which all Durable Objects are kept, such as `eu` or `fedramp`. Choose it before the first " +
      "deployment: after a change all objects are new and empty.",
    more: "[Where the data is](#where-the-data-is).",
  },
  REPORT_BUDGET_MS: {
    option: "ledger.budget",
    read: readNumber,
    default: "2000",
    what: "The time that a caller waits for Vonage before it gets 202, in milliseconds, 1 to 30000.",
  },
  LEDGER_RETENTION_HOURS: {
    option: "ledger.retentionHours",
    read: readNumber,
    default: "48",
    what: "The time that a recorded report is remembered, in hours, 25 to 720. A report token is valid for up to 24 hours.",
  },
  LEDGER_MAX_MB: {
    option: "ledger.maxMegabytes",
    read: readNumber,
    default: "8000",
    what: "The size limit of a shard in megabytes, 1 to 9000.",
  },
} satisfies Settings;

const RATE_LIMITS = {
  RATE_LIMIT_TOKEN: {
    option: "handler.rateLimits.token",
    binding: "rate-limit",
    what: "The rate limit for callers with a token, counted by message.",
  },
  RATE_LIMIT_KEY: {
    option: "handler.rateLimits.key",
    binding: "rate-limit",
    what: "The rate limit for callers with a proxy key, counted by key.",
  },
  RATE_LIMIT_ANONYMOUS: {
    option: "handler.rateLimits.anonymous",
    binding: "rate-limit",
    what:
      "The rate limit for requests that are answered without credentials, including `/health` and 404, counted by " +
      "client address (IPv6: by /64).",
  },
} satisfies Settings;

export const REPORT_SETTINGS = {
  ...CREDENTIALS,
  ...CALLERS,
  ...UPSTREAM,
  ...LEDGER,
  ...RATE_LIMITS,
} satisfies Settings;
