// Secrets that are easy to recognise, planted in every setting, and the search for them.

import type { ConversionHandlerOptions } from "../../adapters/http/index.ts";
import type { SandboxAccount } from "../../src/sandbox/index.ts";

/** By name. Where the rules allow it, they contain characters that URLs, JSON and base64 encode differently. */
export const CANARIES = {
  "2FA API key": "canaryKeyOf2fa+/&é",
  "2FA API secret": 'canary secret of 2fa +/=&%"ü',
  "other API key": "canaryKeyOfOther~?",
  "other signature secret": "canary signature secret +/=&%<é>",
  "2FA proxy key": "canary-proxy-key-of-2fa-~~-0123456789",
  "other proxy key": "canary-proxy-key-of-other-~~-0123456789",
  "admin key": "canary-admin-key-~~-0123456789-0123456789",
  "first token secret": "canary first token secret +/=&% 0123456789",
  "second token secret": "canary second token secret +/=&% 9876543210",
} as const;

export const CANARY_CALLERS = {
  shop: { name: "shop", key: CANARIES["2FA proxy key"] },
  mail: { name: "mail", key: CANARIES["other proxy key"], traffic: "other" },
} as const;

export const CANARY_ADMIN = { name: "ops", key: CANARIES["admin key"] } as const;

export const CANARY_TOKEN_SECRETS = [
  { kid: "new", secret: CANARIES["first token secret"] },
  { kid: "old", secret: CANARIES["second token secret"] },
] as const;

const twoFactor = { apiKey: CANARIES["2FA API key"], apiSecret: CANARIES["2FA API secret"] };
const other = { apiKey: CANARIES["other API key"], signatureSecret: CANARIES["other signature secret"] };

/** Handler options made of canaries: one traffic has an API secret, the other signs its requests. */
export const CANARY_OPTIONS: ConversionHandlerOptions = {
  credentials: { "2fa": twoFactor, other: { ...other, signatureMethod: "sha256" } },
  proxyKeys: [CANARY_CALLERS.shop, CANARY_CALLERS.mail],
  adminKeys: [CANARY_ADMIN],
  tokenSecrets: CANARY_TOKEN_SECRETS,
};

/** The sandbox's accounts for these options. */
export const CANARY_ACCOUNTS: readonly SandboxAccount[] = [
  { ...twoFactor, signatureSecret: "unused", enabled: true },
  { ...other, apiSecret: "unused", enabled: true },
];

/** Returns the names of the `secrets` that `text` contains: raw, URL-encoded, in JSON or within base64. */
export function findLeaks(text: string, secrets: Readonly<Record<string, string>> = CANARIES): string[] {
  return Object.entries(secrets)
    .filter(([, secret]) => toSpellings(secret).some((spelling) => text.includes(spelling)))
    .map(([name]) => name);
}

/** Everything that a caller sees of an answer. Reads the body. */
export async function textOf(response: Response): Promise<string> {
  const { status, statusText, headers } = response;
  return [status, statusText, ...[...headers].flat(), await response.text()].join("\n");
}

const spellings = new Map<string, readonly string[]>();

function toSpellings(secret: string): readonly string[] {
  const known = spellings.get(secret);
  if (known !== undefined) return known;
  const url = encodeURIComponent(secret);
  const form = new URLSearchParams({ "": secret }).toString().slice(1);
  const base64 = [0, 1, 2].map((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
    // Only the characters that do not depend on the bytes before or after.
    return bytes.toString("base64").slice(offset && offset + 1, Math.floor(bytes.length / 3) * 4);
  });
  const all = [
    secret,
    url,
    url.toLowerCase(),
    form,
    JSON.stringify(secret).slice(1, -1),
    ...base64,
    ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
    Buffer.from(secret).toString("hex"),
  ];
  spellings.set(secret, all);
  return all;
}
