// Every setting of the Worker, once. Reading, the types, `/health`, `doctor` and the tables of the documentation come
// from here; a test compares them with the documentation.

import {
  readAccept,
  readKeys,
  readLimits,
  readList,
  readNumber,
  readNumbers,
  readNumberTypes,
  readRegistrations,
  readSecrets,
  readShortCodeCountries,
  readSmsFrom,
  readTexts,
} from "./readers.ts";

/** One setting: which option it becomes, and what the documentation says of it. */
export interface Setting {
  /**
   * The path of the option. The first part says who checks it: `handler` (`createHandler`'s options), `ledger`,
   * `workflow` (the 2FA workflow's options), `sms` and `voice` (the senders' options), `objects`.
   */
  readonly option: string;
  /** From the text to the option's value; left out: the text is the value. */
  readonly read?: (text: string) => unknown;
  /** Set with `wrangler secret put`, never under `[vars]`. */
  readonly secret?: true;
  /** A binding of `wrangler.toml` rather than a text. */
  readonly binding?: true;
  /** As it would be written; a test compares it with what applies when the setting is left out. */
  readonly default?: string;
  /** What it is, for the documentation. */
  readonly what: string;
}

/** The settings of reports: docs/deploying.md lists them. */
export const REPORT_SETTINGS = {
  VONAGE_2FA_API_KEY: {
    option: "handler.credentials.2fa.apiKey",
    secret: true,
    what: "the account's API key for 2FA traffic. At least one of the two accounts is needed",
  },
  VONAGE_2FA_API_SECRET: {
    option: "handler.credentials.2fa.apiSecret",
    secret: true,
    what: "its API secret",
  },
  VONAGE_2FA_SIGNATURE_SECRET: {
    option: "handler.credentials.2fa.signatureSecret",
    secret: true,
    what: "in place of the API secret: its signature secret",
  },
  VONAGE_2FA_SIGNATURE_METHOD: {
    option: "handler.credentials.2fa.signatureMethod",
    secret: true,
    what: "with the signature secret: `md5hash`, `md5`, `sha1`, `sha256` or `sha512`",
  },
  VONAGE_2FA_VIA: {
    option: "handler.credentials.2fa.via",
    what:
      "how reports travel to Vonage, [see below](#when-vonage-refuses-the-way-reports-are-sent): with an API secret " +
      "`basic` (default), `basic-query` or `query`; with a signature secret `form` (default) or `query`",
  },
  VONAGE_OTHER_API_KEY: {
    option: "handler.credentials.other.apiKey",
    secret: true,
    what: "the API key for all other traffic; the API key of 2FA traffic is refused here",
  },
  VONAGE_OTHER_API_SECRET: {
    option: "handler.credentials.other.apiSecret",
    secret: true,
    what: "its API secret",
  },
  VONAGE_OTHER_SIGNATURE_SECRET: {
    option: "handler.credentials.other.signatureSecret",
    secret: true,
    what: "in place of the API secret: its signature secret",
  },
  VONAGE_OTHER_SIGNATURE_METHOD: {
    option: "handler.credentials.other.signatureMethod",
    secret: true,
    what: "with the signature secret, as above",
  },
  VONAGE_OTHER_VIA: {
    option: "handler.credentials.other.via",
    what: "the same for all other traffic",
  },
  PROXY_KEYS_2FA: {
    option: "handler.proxyKeys",
    read: (text) => readKeys(text).map((one) => ({ ...one, traffic: "2fa" })),
    secret: true,
    what:
      "keys of servers that report 2FA traffic: `name:key`, separated by commas or white space, each key of 32 " +
      "characters or more. As at Vonage, a key reports one kind of traffic",
  },
  PROXY_KEYS_OTHER: {
    option: "handler.proxyKeys",
    read: (text) => readKeys(text).map((one) => ({ ...one, traffic: "other" })),
    secret: true,
    what: "the same for all other traffic",
  },
  ADMIN_KEYS: {
    option: "handler.adminKeys",
    read: readKeys,
    secret: true,
    what: "the operator's keys, `name:key`, likewise; they open the ledger's lists and report nothing",
  },
  TOKEN_SECRETS: {
    option: "handler.tokenSecrets",
    read: readSecrets,
    secret: true,
    what:
      "the secrets that sign report tokens: `kid:secret`, likewise. The first signs and all verify, so that they can " +
      "be rotated. Without proxy keys and token secrets nothing is served",
  },
  TOKEN_AUDIENCE: {
    option: "handler.tokenAudience",
    default: "vonage-conversion",
    what: "the `aud` of report tokens",
  },
  ALLOWED_ORIGINS: {
    option: "handler.allowedOrigins",
    read: readList,
    what:
      "the origins whose pages may read the answers (CORS), such as `https://shop.example capacitor://localhost`, or " +
      "`*`. This is no authentication",
  },
  VONAGE_BASE_URL: {
    option: "handler.baseUrl",
    default: "https://api.nexmo.com",
    what: "the address of the Conversion API and the Voice API",
  },
  UPSTREAM_TIMEOUT_MS: {
    option: "handler.timeout",
    read: readNumber,
    default: "4000",
    what: "how many milliseconds an attempt to reach Vonage may take, 1 to 30000",
  },
  LEDGER: {
    option: "ledger.namespace",
    binding: true,
    what: "the ledger's Durable Objects; without them reports are forwarded and forgotten, and `GET /health` says so",
  },
  LEDGER_SHARDS: {
    option: "ledger.shards",
    read: readNumbers,
    default: "4",
    what: "how many shards the ledger has, 1 to 1024; [how to size and to change it](ledger.md#shards)",
  },
  LEDGER_JURISDICTION: {
    option: "ledger.jurisdiction",
    what: "where all Durable Objects are kept, `eu` or `fedramp`; [to be chosen before the first deployment](#where-the-data-is)",
  },
  REPORT_BUDGET_MS: {
    option: "ledger.budget",
    read: readNumber,
    default: "2000",
    what: "how many milliseconds a caller waits for Vonage before it gets 202, 1 to 30000",
  },
  LEDGER_RETENTION_HOURS: {
    option: "ledger.retentionHours",
    read: readNumber,
    default: "48",
    what: "how many hours a recorded report is remembered, 25 to 720 (a report token lives for a day)",
  },
  LEDGER_MAX_MB: {
    option: "ledger.maxMegabytes",
    read: readNumber,
    default: "8000",
    what: "how many megabytes a shard may hold, 1 to 9000",
  },
  RATE_LIMIT_TOKEN: {
    option: "handler.rateLimits.token",
    binding: true,
    what: "the rate limit for each message of callers with a token; see `wrangler.toml`",
  },
  RATE_LIMIT_KEY: {
    option: "handler.rateLimits.key",
    binding: true,
    what: "the rate limit for each proxy key",
  },
  RATE_LIMIT_ANONYMOUS: {
    option: "handler.rateLimits.anonymous",
    binding: true,
    what: "the rate limit for each address (IPv6: each /64), for all that is answered without credentials",
  },
} satisfies Readonly<Record<string, Setting>>;

/** The settings of the 2FA workflow: docs/two-factor.md lists them. With one of its texts the workflow is on. */
export const WORKFLOW_SETTINGS = {
  TWO_FACTOR_SECRETS: {
    option: "workflow.codeSecrets",
    read: readSecrets,
    secret: true,
    what:
      "the secrets that codes are hashed with: `kid:secret`, separated by commas or white space. The first hashes and " +
      "all verify: put a new one first, and remove the old one an hour later",
  },
  TWO_FACTOR_BRAND: {
    option: "workflow.brand",
    what: "who asks for the code, where a request does not say; 1 to 30 characters",
  },
  TWO_FACTOR_COUNTRIES: {
    option: "workflow.countries",
    read: readList,
    what:
      "where codes may go, as ISO 3166 codes: `GB US DE`; `*` for every country; `* -RU -KP` for every country but " +
      "those; `001` for numbers of no country, such as satellite phones, which `*` leaves out",
  },
  TWO_FACTOR_NUMBER_TYPES: {
    option: "workflow.numberTypes",
    read: readNumberTypes,
    default: "sms=mobile voice=mobile+landline",
    what: "which types of numbers get codes, by channel; [see below](#which-numbers-get-codes)",
  },
  TWO_FACTOR_DEFAULT_COUNTRY: {
    option: "workflow.defaultCountry",
    what:
      "the country that numbers without `+` are written for, such as `GB`, where a request does not say; without it " +
      "digits alone begin with the country code",
  },
  TWO_FACTOR_CODE_LENGTH: {
    option: "workflow.codeLength",
    read: readNumber,
    default: "6",
    what: "digits of a code, 4 to 10",
  },
  TWO_FACTOR_ATTEMPTS: {
    option: "workflow.attempts",
    read: readNumber,
    default: "5",
    what: "how many codes may be tried, 1 to 10",
  },
  TWO_FACTOR_LIFETIME_S: {
    option: "workflow.lifetime",
    read: readNumber,
    default: "300",
    what: "how many seconds a code is taken after it went out, 30 to 3600",
  },
  TWO_FACTOR_COOLDOWN_S: {
    option: "workflow.cooldown",
    read: readNumber,
    default: "30",
    what: "how many seconds must pass before a further message, 5 to 600",
  },
  TWO_FACTOR_MESSAGES: {
    option: "workflow.maxMessages",
    read: readNumber,
    default: "4",
    what: "messages of one challenge, 1 to 10",
  },
  TWO_FACTOR_LIMITS: {
    option: "workflow.limits",
    read: readLimits,
    default: "number=5/3600 address=10/3600 prefix=20/3600 caller=1000/3600 total=2000/3600",
    what: "messages in so many seconds, a day at most; see below",
  },
  SMS_FROM: {
    option: "sms.from",
    read: readSmsFrom,
    what:
      "who sends text messages: a number without + and leading zeros, or a name of up to 11 characters, then " +
      "exceptions by country: `Shop US=12015550100 CA=12015550100`. [See below](#senders-by-country)",
  },
  TWO_FACTOR_TEXTS: {
    option: "sms.texts",
    read: readTexts,
    what: "texts of your own by locale or country, as JSON; [see below](#texts-of-your-own)",
  },
  SMS_REGISTRATIONS: {
    option: "sms.registrations",
    read: readRegistrations,
    what:
      "what a country's register gave out, `IN=entity-id/content-id`; [see below](#registered-texts). Such a country " +
      "needs a text of its own",
  },
  SMS_CALLBACK_URL: {
    option: "sms.callback",
    what: "where delivery receipts go, if not where the account's settings say",
  },
  SHORT_CODE_COUNTRIES: {
    option: "workflow.shortCodeCountries",
    read: readShortCodeCountries,
    what: "`US`, `CA` or both: numbers there get their code from the account's dedicated US short code",
  },
  VOICE_APPLICATION_ID: {
    option: "voice.applicationId",
    what: "the id of the Vonage application that makes calls. Without the three voice settings there are no calls",
  },
  VOICE_PRIVATE_KEY: {
    option: "voice.privateKey",
    secret: true,
    what: "the application's private key: RSA, PKCS8 or PKCS1 in PEM, also in quotes, with `\\n` written out, or in base64",
  },
  VOICE_FROM: {
    option: "voice.from",
    what: "who calls: a Vonage number",
  },
  VONAGE_REST_BASE_URL: {
    option: "sms.baseUrl",
    default: "https://rest.nexmo.com",
    what: "the address of the SMS API",
  },
  WEBHOOK_SIGNATURE_SECRET: {
    option: "workflow.webhooks.signatureSecret",
    secret: true,
    what: "the account's signature secret, with which Vonage signs webhooks (Vonage support turns that on)",
  },
  WEBHOOK_SIGNATURE_METHOD: {
    option: "workflow.webhooks.signatureMethod",
    secret: true,
    what: "the method of the account's settings; any of the five where it is left out",
  },
  WEBHOOK_UNSIGNED: {
    option: "workflow.webhooks.unsigned",
    read: readAccept,
    what: "`accept`: unsigned webhooks are believed. With neither this nor a secret they are refused",
  },
  CHALLENGES: {
    option: "objects.challenges",
    binding: true,
    what: "the Durable Objects that keep challenges; `wrangler.toml` has them",
  },
  SEND_LIMITS: {
    option: "objects.sendLimits",
    binding: true,
    what: "the Durable Object that keeps the limits",
  },
} satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof REPORT_SETTINGS | keyof typeof WORKFLOW_SETTINGS;

export const SETTINGS: Readonly<Record<SettingName, Setting>> = { ...REPORT_SETTINGS, ...WORKFLOW_SETTINGS };

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

/** The texts of the workflow; with one of them it is on. */
export const WORKFLOW_TEXTS = (Object.keys(WORKFLOW_SETTINGS) as (keyof typeof WORKFLOW_SETTINGS)[]).filter(
  (name) => !SETTINGS[name].binding,
);
