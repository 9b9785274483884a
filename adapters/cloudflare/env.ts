// Written by `npm run docs:settings` from the table of settings: change settings/, not this file.

import type { RateLimit } from "../http/ports/rate-limit.ts";
import type { ShardNamespace } from "./ledger/settings.ts";

/**
 * The Worker's variables, secrets and bindings. At least one set of Vonage credentials is required, and one kind of
 * caller: proxy keys or token secrets.
 */
export interface Env {
  /**
   * The API key of the Vonage account for 2FA traffic. At least one of the two accounts is required.
   *
   * A secret: set it with `wrangler secret put`.
   */
  readonly VONAGE_2FA_API_KEY?: string;
  /**
   * The API secret of that account.
   *
   * A secret: set it with `wrangler secret put`.
   */
  readonly VONAGE_2FA_API_SECRET?: string;
  /**
   * The signature secret of that account, in place of the API secret.
   *
   * A secret: set it with `wrangler secret put`.
   */
  readonly VONAGE_2FA_SIGNATURE_SECRET?: string;
  /**
   * Required with the signature secret: `md5hash`, `md5`, `sha1`, `sha256` or `sha512`.
   *
   * A secret: set it with `wrangler secret put`.
   */
  readonly VONAGE_2FA_SIGNATURE_METHOD?: string;
  /**
   * The way reports travel to Vonage. With an API secret: `basic` (default), `basic-query` or `query`. With a
   * signature secret: `form` (default) or `query`.
   */
  readonly VONAGE_2FA_VIA?: string;
  /**
   * The API key for all other traffic. It must differ from the API key for 2FA traffic.
   *
   * A secret: set it with `wrangler secret put`.
   */
  readonly VONAGE_OTHER_API_KEY?: string;
  /**
   * The API secret for all other traffic.
   *
   * A secret: set it with `wrangler secret put`.
   */
  readonly VONAGE_OTHER_API_SECRET?: string;
  /**
   * The signature secret for all other traffic, in place of the API secret.
   *
   * A secret: set it with `wrangler secret put`.
   */
  readonly VONAGE_OTHER_SIGNATURE_SECRET?: string;
  /**
   * Required with that signature secret. It has the same values as `VONAGE_2FA_SIGNATURE_METHOD`.
   *
   * A secret: set it with `wrangler secret put`.
   */
  readonly VONAGE_OTHER_SIGNATURE_METHOD?: string;
  /**
   * The way reports of all other traffic travel to Vonage. It has the same values as `VONAGE_2FA_VIA`.
   */
  readonly VONAGE_OTHER_VIA?: string;
  /**
   * The keys of servers that report 2FA traffic: `name:key`, separated by commas or white space. A key has 32
   * characters or more. A key reports one kind of traffic, as at Vonage.
   *
   * A secret: set it with `wrangler secret put`.
   */
  readonly PROXY_KEYS_2FA?: string;
  /**
   * The keys of servers that report all other traffic, in the same form.
   *
   * A secret: set it with `wrangler secret put`.
   */
  readonly PROXY_KEYS_OTHER?: string;
  /**
   * The operator's keys, in the same form. They open the ledger's lists and cannot report.
   *
   * A secret: set it with `wrangler secret put`.
   */
  readonly ADMIN_KEYS?: string;
  /**
   * The secrets that sign report tokens: `kid:secret`, separated by commas or white space. The first signs
   * and all verify, so they can be rotated. Without proxy keys and token secrets the Worker serves nothing.
   *
   * A secret: set it with `wrangler secret put`.
   */
  readonly TOKEN_SECRETS?: string;
  /**
   * The `aud` of report tokens.
   *
   * @default "vonage-conversion"
   */
  readonly TOKEN_AUDIENCE?: string;
  /**
   * The origins whose pages may read the answers (CORS), such as `https://shop.example
   * capacitor://localhost`, or `*`. This does not authenticate callers.
   */
  readonly ALLOWED_ORIGINS?: string;
  /**
   * The address of the Conversion API and the Voice API.
   *
   * @default "https://api.nexmo.com"
   */
  readonly VONAGE_BASE_URL?: string;
  /**
   * The time limit of a request to Vonage in milliseconds, 1 to 30000.
   *
   * @default "4000"
   */
  readonly UPSTREAM_TIMEOUT_MS?: string;
  /**
   * The ledger's Durable Objects. Without them reports are forwarded and forgotten, and `GET /health` says
   * so.
   */
  readonly LEDGER?: ShardNamespace;
  /**
   * The number of the ledger's shards, 1 to 1024. After a change, list the former number too (`16,4`) for as
   * long as reports are remembered.
   *
   * @default "4"
   */
  readonly LEDGER_SHARDS?: string;
  /**
   * The jurisdiction in which all Durable Objects are kept, such as `eu` or `fedramp`. Choose it before the
   * first deployment: after a change all objects are new and empty.
   */
  readonly LEDGER_JURISDICTION?: string;
  /**
   * The time that a caller waits for Vonage before it gets 202, in milliseconds, 1 to 30000.
   *
   * @default "2000"
   */
  readonly REPORT_BUDGET_MS?: string;
  /**
   * The time that a recorded report is remembered, in hours, 25 to 720. A report token is valid for up to 24
   * hours.
   *
   * @default "48"
   */
  readonly LEDGER_RETENTION_HOURS?: string;
  /**
   * The size limit of a shard in megabytes, 1 to 9000.
   *
   * @default "8000"
   */
  readonly LEDGER_MAX_MB?: string;
  /**
   * The rate limit for callers with a token, counted by message.
   */
  readonly RATE_LIMIT_TOKEN?: RateLimit;
  /**
   * The rate limit for callers with a proxy key, counted by key.
   */
  readonly RATE_LIMIT_KEY?: RateLimit;
  /**
   * The rate limit for requests that are answered without credentials, including `/health` and 404, counted
   * by client address (IPv6: by /64).
   */
  readonly RATE_LIMIT_ANONYMOUS?: RateLimit;
  /**
   * The secrets that codes are hashed with: `kid:secret`, separated by commas or white space. The first
   * hashes and all verify. To rotate, put a new one first and remove the old one an hour later.
   *
   * A secret: set it with `wrangler secret put`.
   */
  readonly TWO_FACTOR_SECRETS?: string;
  /**
   * The name that users know you by, 1 to 30 characters. A request may give another one.
   */
  readonly TWO_FACTOR_BRAND?: string;
  /**
   * The countries that codes may be sent to, as ISO 3166 codes: `GB US DE`. `*` allows every country, `* -RU
   * -KP` every country but those. `001` allows numbers of no country, such as satellite phones, which `*`
   * leaves out.
   */
  readonly TWO_FACTOR_COUNTRIES?: string;
  /**
   * The types of numbers that get codes, by channel.
   *
   * @default "sms=mobile voice=mobile+landline"
   */
  readonly TWO_FACTOR_NUMBER_TYPES?: string;
  /**
   * The country that numbers without `+` are read for, such as `GB`. A request may give another one. Without
   * it, digits alone must begin with the country code.
   */
  readonly TWO_FACTOR_DEFAULT_COUNTRY?: string;
  /**
   * The number of digits of a code, 4 to 10.
   *
   * @default "6"
   */
  readonly TWO_FACTOR_CODE_LENGTH?: string;
  /**
   * The number of guesses that a challenge allows, 1 to 10.
   *
   * @default "5"
   */
  readonly TWO_FACTOR_ATTEMPTS?: string;
  /**
   * The time that a code is valid after it was sent, in seconds, 30 to 3600.
   *
   * @default "300"
   */
  readonly TWO_FACTOR_LIFETIME_S?: string;
  /**
   * The least time between two messages of a challenge, in seconds, 5 to 600.
   *
   * @default "30"
   */
  readonly TWO_FACTOR_COOLDOWN_S?: string;
  /**
   * The number of messages that a challenge may send, 1 to 10.
   *
   * @default "4"
   */
  readonly TWO_FACTOR_MESSAGES?: string;
  /**
   * The limits for messages, as `kind=messages/seconds`. A period lasts a day at most. `country` counts each
   * country, and has no default.
   *
   * @default "number=5/3600 address=10/3600 prefix=20/3600 caller=1000/3600 total=2000/3600"
   */
  readonly TWO_FACTOR_LIMITS?: string;
  /**
   * The sender of text messages: a number without + and leading zeros, or a name of up to 11 characters.
   * Exceptions by country follow: `Shop US=12015550100 CA=12015550100`.
   */
  readonly SMS_FROM?: string;
  /**
   * Your own texts by locale or country, as a JSON object.
   */
  readonly TWO_FACTOR_TEXTS?: string;
  /**
   * The ids from a country's register of texts: `IN=entity-id/content-id`. Such a country needs its own text.
   */
  readonly SMS_REGISTRATIONS?: string;
  /**
   * The URL for delivery receipts, in place of the one in the account's settings.
   */
  readonly SMS_CALLBACK_URL?: string;
  /**
   * `US`, `CA` or both. Numbers there get their code from the account's dedicated US short code.
   */
  readonly SHORT_CODE_COUNTRIES?: string;
  /**
   * The address of the SMS API.
   *
   * @default "https://rest.nexmo.com"
   */
  readonly VONAGE_REST_BASE_URL?: string;
  /**
   * The id of the Vonage application that makes calls. Calls need all three voice settings.
   */
  readonly VOICE_APPLICATION_ID?: string;
  /**
   * The application's private key: RSA, PKCS8 or PKCS1. It may be PEM, PEM in quotes, PEM with `\n` for line
   * ends, or base64.
   *
   * A secret: set it with `wrangler secret put`.
   */
  readonly VOICE_PRIVATE_KEY?: string;
  /**
   * The caller's number: a Vonage number.
   */
  readonly VOICE_FROM?: string;
  /**
   * The account's signature secret, which signs Vonage's webhooks. Vonage support turns signing on.
   *
   * A secret: set it with `wrangler secret put`.
   */
  readonly WEBHOOK_SIGNATURE_SECRET?: string;
  /**
   * The signature method of the account's settings: `md5hash`, `md5`, `sha1`, `sha256` or `sha512`. If it is
   * left out, any of them is accepted.
   *
   * A secret: set it with `wrangler secret put`.
   */
  readonly WEBHOOK_SIGNATURE_METHOD?: string;
  /**
   * `accept` trusts unsigned webhooks. Without this setting and without a secret, all webhooks are refused.
   */
  readonly WEBHOOK_UNSIGNED?: string;
  /**
   * The Durable Objects that keep challenges.
   */
  readonly CHALLENGES?: ShardNamespace;
  /**
   * The Durable Object that counts messages for the limits.
   */
  readonly SEND_LIMITS?: ShardNamespace;
  /**
   * The Durable Object that collects Insight's figures. Without it nothing is counted, and `GET /insight`
   * says so.
   */
  readonly INSIGHT?: ShardNamespace;
  /**
   * The public https URL that alarms are sent to when they begin and end. Redirects are not followed. It
   * needs `INSIGHT_WEBHOOK_SECRET`.
   */
  readonly INSIGHT_WEBHOOK_URL?: string;
  /**
   * The secret that signs alarms, as the Standard Webhooks specification writes it: `whsec_` and the base64
   * of 24 to 64 random bytes. While you change it, list the new one and the old one: both sign.
   *
   * A secret: set it with `wrangler secret put`.
   */
  readonly INSIGHT_WEBHOOK_SECRET?: string;
  /**
   * The longest time between two looks at the figures, 5 to 300 seconds. Shorter ones write more rows; alarms
   * come sooner.
   *
   * @default "60"
   */
  readonly INSIGHT_INTERVAL_S?: string;
  /**
   * `pumping` refuses new codes to a segment under traffic pumping, for an hour at first and up to 12 hours
   * later. `off` refuses nothing.
   *
   * @default "off"
   */
  readonly INSIGHT_PAUSE?: string;
  /**
   * Countries and networks that are never paused: `GB US 310260`.
   */
  readonly INSIGHT_PAUSE_NEVER?: string;
  /**
   * The cost of a day's messages, in euros, above which an alarm is raised.
   */
  readonly INSIGHT_DAILY_SPEND?: string;
}
