// The settings of the 2FA workflow. docs/reference/settings.md lists them. With any of its texts the workflow is on.

import {
  readAccept,
  readLimits,
  readList,
  readNumber,
  readNumberTypes,
  readRegistrations,
  readSecrets,
  readShortCodeCountries,
  readSmsFrom,
  readTexts,
} from "./readers.ts";
import type { Settings } from "./setting.ts";

const CODES = {
  TWO_FACTOR_SECRETS: {
    option: "workflow.codeSecrets",
    read: readSecrets,
    secret: { example: "c1:replace-with-32-or-more-characters-5" },
    what:
      "The secrets that codes are hashed with: `kid:secret`, separated by commas or white space. The first hashes and " +
      "all verify. To rotate, put a new one first and remove the old one an hour later.",
  },
  TWO_FACTOR_BRAND: {
    option: "workflow.brand",
    what: "The name that users know you by, 1 to 30 characters. A request may give another one.",
  },
  TWO_FACTOR_COUNTRIES: {
    option: "workflow.countries",
    read: readList,
    what:
      "The countries that codes may be sent to, as ISO 3166 codes: `GB US DE`. `*` allows every country, `* -RU -KP` every " +
      "country but those. `001` allows numbers of no country, such as satellite phones, which `*` leaves out.",
  },
  TWO_FACTOR_NUMBER_TYPES: {
    option: "workflow.numberTypes",
    read: readNumberTypes,
    default: "sms=mobile voice=mobile+landline",
    what: "The types of numbers that get codes, by channel.",
    more: "[Which numbers get codes](#which-numbers-get-codes).",
  },
  TWO_FACTOR_DEFAULT_COUNTRY: {
    option: "workflow.defaultCountry",
    what:
      "The country that numbers without `+` are read for, such as `GB`. A request may give another one. Without it, " +
      "digits alone must begin with the country code.",
  },
  TWO_FACTOR_CODE_LENGTH: {
    option: "workflow.codeLength",
    read: readNumber,
    default: "6",
    what: "The number of digits of a code, 4 to 10.",
  },
  TWO_FACTOR_ATTEMPTS: {
    option: "workflow.maxGuesses",
    read: readNumber,
    default: "5",
    what: "The number of guesses that a challenge allows, 1 to 10.",
  },
  TWO_FACTOR_LIFETIME_S: {
    option: "workflow.lifetime",
    read: readNumber,
    default: "300",
    what: "The time that a code is valid after it was sent, in seconds, 30 to 3600.",
    more: "[Why not longer](routing.md#when-to-report-false).",
  },
  TWO_FACTOR_COOLDOWN_S: {
    option: "workflow.cooldown",
    read: readNumber,
    default: "30",
    what: "The least time between two messages of a challenge, in seconds, 5 to 600.",
    more: "[Why 30](routing.md#when-to-allow-another-message).",
  },
  TWO_FACTOR_MESSAGES: {
    option: "workflow.maxMessages",
    read: readNumber,
    default: "4",
    what: "The number of messages that a challenge may send, 1 to 10.",
  },
  TWO_FACTOR_LIMITS: {
    option: "workflow.limits",
    read: readLimits,
    default: "number=5/3600 address=10/3600 prefix=20/3600 caller=1000/3600 total=2000/3600",
    what:
      "The limits for messages, as `kind=messages/seconds`. A period lasts a day at most. `country` " +
      "counts each country, and has no default.",
    more: "[How the limits count](#limit-sms-pumping).",
  },
} satisfies Settings;

const TEXT_MESSAGES = {
  SMS_FROM: {
    option: "sms.from",
    read: readSmsFrom,
    what:
      "The sender of text messages: a number without + and leading zeros, or a name of up to 11 characters. Exceptions " +
      "by country follow: `Shop US=12015550100 CA=12015550100`.",
    more: "[Senders by country](#senders-by-country).",
  },
  TWO_FACTOR_TEXTS: {
    option: "sms.texts",
    read: readTexts,
    what: "Your own texts by locale or country, as a JSON object.",
    more: "[Texts of your own](#texts-of-your-own).",
  },
  SMS_REGISTRATIONS: {
    option: "sms.registrations",
    read: readRegistrations,
    what: "The ids from a country's register of texts: `IN=entity-id/content-id`. Such a country needs its own text.",
    more: "[Registered texts](#registered-texts).",
  },
  SMS_CALLBACK_URL: {
    option: "sms.callback",
    what: "The URL for delivery receipts, in place of the one in the account's settings.",
  },
  SHORT_CODE_COUNTRIES: {
    option: "workflow.shortCodeCountries",
    read: readShortCodeCountries,
    what: "`US`, `CA` or both. Numbers there get their code from the account's dedicated US short code.",
  },
  VONAGE_REST_BASE_URL: {
    option: "sms.baseUrl",
    default: "https://rest.nexmo.com",
    what: "The address of the SMS API.",
  },
} satisfies Settings;

const CALLS = {
  VOICE_APPLICATION_ID: {
    option: "voice.applicationId",
    what: "The id of the Vonage application that makes calls. Calls need all three voice settings.",
  },
  VOICE_PRIVATE_KEY: {
    option: "voice.privateKey",
    secret: { example: "replace-with-the-private-key-in-base64" },
    what:
      "The application's private key: RSA, PKCS8 or PKCS1. It may be PEM, PEM in quotes, PEM with `\\n` for line ends, or " +
      "base64.",
  },
  VOICE_FROM: {
    option: "voice.from",
    what: "The caller's number: a Vonage number.",
  },
} satisfies Settings;

const WEBHOOKS = {
  WEBHOOK_SIGNATURE_SECRET: {
    option: "workflow.webhooks.signatureSecret",
    secret: { example: "replace-with-the-account-signature-secret" },
    what: "The account's signature secret, which signs Vonage's webhooks. Vonage support turns signing on.",
  },
  WEBHOOK_SIGNATURE_METHOD: {
    option: "workflow.webhooks.signatureMethod",
    secret: { example: "sha256" },
    what:
      "The signature method of the account's settings: `md5hash`, `md5`, `sha1`, `sha256` or `sha512`. If it is left " +
      "out, any of them is accepted.",
  },
  WEBHOOK_UNSIGNED: {
    option: "workflow.webhooks.unsigned",
    read: readAccept,
    what: "`accept` trusts unsigned webhooks. Without this setting and without a secret, all webhooks are refused.",
  },
} satisfies Settings;

const OBJECTS = {
  CHALLENGES: {
    option: "objects.challenges",
    binding: "objects",
    what: "The Durable Objects that keep challenges.",
  },
  SEND_LIMITS: {
    option: "objects.sendLimits",
    binding: "objects",
    what: "The Durable Object that counts messages for the limits.",
  },
} satisfies Settings;

export const WORKFLOW_SETTINGS = {
  ...CODES,
  ...TEXT_MESSAGES,
  ...CALLS,
  ...WEBHOOKS,
  ...OBJECTS,
} satisfies Settings;
