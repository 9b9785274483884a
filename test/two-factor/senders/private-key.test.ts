// Private keys as they arrive in a Worker's secrets, and the explanations of invalid ones.

import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import worker, { type Env } from "../../../adapters/cloudflare/index.ts";
import { SANDBOX_APPLICATION } from "../../../src/sandbox/index.ts";
import { readPrivateKey } from "../../../src/two-factor/senders/private-key.ts";
import { createVoiceSender } from "../../../src/two-factor/senders/voice-sender.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = (type: "pkcs8" | "pkcs1") => privateKey.export({ type, format: "pem" }).toString();
const der = (type: "pkcs8" | "pkcs1") => privateKey.export({ type, format: "der" });
const base64 = (text: string | Buffer) => Buffer.from(text).toString("base64");
const publicPem = publicKey.export({ type: "spki", format: "pem" }).toString();

const WAYS: Record<string, (key: string) => string> = {
  "as it is": (key) => key,
  "with CRLF": (key) => key.replaceAll("\n", "\r\n"),
  "with blanks at both ends": (key) => ` \n\t${key} \n\n`,
  "with blanks at the ends of lines": (key) => key.replaceAll("\n", "  \n"),
  "in double quotes": (key) => `"${key}"`,
  "in single quotes": (key) => `'${key.trim()}'`,
  "in quotes with a line break after": (key) => `"${key}"\n`,
  "with \\n written out": (key) => key.replaceAll("\n", "\\n"),
  "with \\r\\n written out": (key) => key.replaceAll("\n", "\\r\\n"),
  "with \\n written out, in quotes": (key) => `"${key.replaceAll("\n", "\\n")}"`,
  "with \\\\n written out twice": (key) => key.replaceAll("\n", "\\\\n"),
  "as a JSON string": (key) => JSON.stringify(key),
  "as a JSON string of a JSON string": (key) => JSON.stringify(JSON.stringify(key)),
  "on one line": (key) => key.trim().replaceAll("\n", " "),
  "without any line break": (key) => key.replaceAll("\n", ""),
  "in base64 as a whole": base64,
  "in base64 of many lines": (key) => base64(key).replace(/.{76}/g, "$&\n"),
  "in base64, in quotes": (key) => `"${base64(key)}"`,
  "without its first and last line": (key) => key.trim().split("\n").slice(1, -1).join("\n"),
  "beside its public key": (key) => `${publicPem}${key}`,
  "before its public key": (key) => `${key}${publicPem}`,
};

describe.each(["pkcs8", "pkcs1"] as const)("a private key in %s", (type) => {
  it.each(Object.entries(WAYS))("%s signs", async (_, write) => {
    const tokens: string[] = [];
    const sender = createVoiceSender({
      applicationId: SANDBOX_APPLICATION.applicationId,
      privateKey: write(pem(type)),
      from: "12015550100",
      fetch: async (_, init) => {
        tokens.push(new Headers(init?.headers).get("authorization")?.slice(7) ?? "");
        return Response.json({ uuid: "call-1" }, { status: 201 });
      },
    });
    const message = { to: "12015550123", country: "US", code: "1234", brand: "Acme", locale: "en" };
    await sender.send({ ...message, clientRef: "r", lifetime: 300 });
    await expect(jwtVerify(tokens[0] ?? "", createPublicKey(privateKey))).resolves.toBeDefined();
  });

  it("is the same PKCS8 in every spelling", () => {
    const expected = { pkcs8: Uint8Array.from(der("pkcs8")) };
    expect(readPrivateKey(pem(type))).toEqual(expected);
    expect(readPrivateKey(base64(der(type)))).toEqual(expected);
  });

  it("that was cut off anywhere is damaged, and never quoted", () => {
    const key = pem(type);
    for (let length = 40; length < key.length - 35; length += 97) {
      for (const text of [key.slice(0, length), key.slice(0, length) + key.slice(-30)]) {
        const { fault = "" } = readPrivateKey(text) as { fault?: string };
        expect(fault).toMatch(/^is (damaged|none)/);
        expect(fault).not.toContain(key.slice(40, 60));
      }
    }
  });
});

const rsa = (modulusLength: number) =>
  generateKeyPairSync("rsa", { modulusLength })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString();
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const locked = { cipher: "aes-256-cbc", passphrase: "canary" };
const CERTIFICATE = `-----BEGIN CERTIFICATE-----\n${base64("no certificate")}\n-----END CERTIFICATE-----\n`;

/** The algorithm is RSA, but the key itself is empty. */
const RSA_WITHOUT_KEY = Buffer.from("3014020100300d06092a864886f70d01010105000400", "hex");

/** Invalid keys, each with its explanation and the command that helps. */
const NONE: [string, string, RegExp, RegExp][] = [
  [
    "encrypted PKCS8",
    privateKey.export({ type: "pkcs8", format: "pem", ...locked }).toString(),
    /is an encrypted key/,
    /openssl pkcs8 -topk8 -nocrypt/,
  ],
  [
    "encrypted PKCS8 without its lines",
    base64(privateKey.export({ type: "pkcs8", format: "der", ...locked })),
    /is an encrypted key/,
    /openssl pkcs8 -topk8 -nocrypt/,
  ],
  [
    "encrypted PKCS1",
    privateKey.export({ type: "pkcs1", format: "pem", ...locked }).toString(),
    /is an encrypted key/,
    /openssl pkcs8 -topk8 -nocrypt/,
  ],
  [
    "an elliptic curve's",
    ec.export({ type: "pkcs8", format: "pem" }).toString(),
    /is not an RSA key/,
    /openssl genpkey -algorithm RSA/,
  ],
  [
    "an elliptic curve's in SEC1",
    ec.export({ type: "sec1", format: "pem" }).toString(),
    /elliptic curve/,
    /openssl genpkey/,
  ],
  [
    "an elliptic curve's in SEC1 without its lines",
    base64(ec.export({ type: "sec1", format: "der" })),
    /elliptic curve/,
    /openssl genpkey/,
  ],
  [
    "Ed25519",
    generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    /is not an RSA key/,
    /openssl genpkey/,
  ],
  [
    "RSA-PSS alone",
    generateKeyPairSync("rsa-pss", { modulusLength: 2048 })
      .privateKey.export({ type: "pkcs8", format: "pem" })
      .toString(),
    /is not an RSA key/,
    /openssl genpkey/,
  ],
  ["an RSA key of 1024 bits", rsa(1024), /has 1024 bits/, /openssl genpkey/],
  ["an RSA key of 2040 bits", rsa(2040), /has 2040 bits/, /openssl genpkey/],
  ["a public key", publicPem, /is a public key/, /private\.key/],
  [
    "a public key in PKCS1",
    publicKey.export({ type: "pkcs1", format: "pem" }).toString(),
    /is a public key/,
    /private\.key/,
  ],
  ["a public key in base64", base64(publicPem), /is a public key/, /private\.key/],
  [
    "a public key without its lines",
    base64(publicKey.export({ type: "spki", format: "der" })),
    /is a public key/,
    /./,
  ],
  ["a public key of ssh", "ssh-rsa AAAAB3NzaC1yc2E canary@host", /is a public key/, /private\.key/],
  ["a certificate", CERTIFICATE, /is a certificate/, /private\.key/],
  [
    "OpenSSH's format",
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${base64("openssh-key-v1")}\n-----END OPENSSH PRIVATE KEY-----`,
    /OpenSSH/,
    /ssh-keygen -p -N "" -m PEM/,
  ],
  ["PuTTY's format", "PuTTY-User-Key-File-3: ssh-rsa\ncanary", /PuTTY/, /puttygen/],
  ["a path", "./private.key", /path of a file/, /./],
  ["another path", "/run/secrets/vonage canary.pem", /path of a file/, /./],
  ["something else", "canary", /not a readable/, /openssl pkcs8 -topk8 -nocrypt/],
  ["no base64", "canary!", /not a readable/, /openssl pkcs8/],
  ["base64 of something else", base64("canary canary"), /not a readable/, /openssl pkcs8/],
  [
    "nothing but the lines",
    "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----",
    /not a readable|damaged/,
    /./,
  ],
  ["an empty sequence", base64(Buffer.from([0x30, 0x00])), /not a readable|damaged/, /./],
  ["a sequence with an impossible length", base64(Buffer.from([0x30, 0x85, 1, 2, 3, 4, 5])), /damaged/, /./],
  [
    "a key with another label",
    "-----BEGIN CANARY KEY-----\nAA==\n-----END CANARY KEY-----",
    /not a readable/,
    /openssl/,
  ],
  ["an unfinished first line", "-----BEGIN PRIVATE KEY", /not a readable|damaged/, /./],
  ["an integer and something else", base64(Buffer.from([0x30, 5, 2, 1, 0, 5, 0])), /not a readable/, /./],
  [
    "an algorithm without a key",
    base64(Buffer.from([0x30, 7, 2, 1, 0, 0x30, 2, 6, 0])),
    /not a readable/,
    /./,
  ],
  [
    "an invalid algorithm",
    base64(Buffer.from([0x30, 9, 2, 1, 0, 0x30, 2, 5, 0, 4, 0])),
    /is not an RSA key/,
    /./,
  ],
  ["an empty RSA key", base64(RSA_WITHOUT_KEY), /damaged/, /./],
  ["a sequence without length", base64(Buffer.from([0x30])), /damaged/, /./],
  ["a set of something", base64(Buffer.from([0x31, 0])), /not a readable/, /./],
  ["a sequence of something else", base64(Buffer.from([0x30, 3, 2, 1, 0])), /not a readable|damaged/, /./],
];

describe("a text that is no private key of an application", () => {
  it.each(NONE)("%s is refused with an explanation and a remedy", (_, text, what, command) => {
    for (const written of [text, `"${text}"`, text.replaceAll("\n", "\\n"), text.replaceAll("\n", "\r\n")]) {
      const { fault = "" } = readPrivateKey(written) as { fault?: string };
      expect(fault).toMatch(what);
      expect(fault).toMatch(command);
      expect(fault).not.toContain("canary");
      // The sentence as part of messages that list several faults.
      expect(fault).not.toContain("; ");
    }
  });

  it.each(NONE)("%s is explained by /health before any call", async (_, text, what) => {
    const NAMESPACE = { idFromName: (name: string) => name, get: () => ({}) } as unknown as NonNullable<
      Env["LEDGER"]
    >;
    const env: Env = {
      VONAGE_2FA_API_KEY: "k",
      VONAGE_2FA_API_SECRET: "s",
      PROXY_KEYS_2FA: `shop:${"s".repeat(32)}`,
      LEDGER: NAMESPACE,
      CHALLENGES: NAMESPACE,
      SEND_LIMITS: NAMESPACE,
      TWO_FACTOR_SECRETS: `c1:${"c".repeat(32)}`,
      TWO_FACTOR_BRAND: "Acme",
      TWO_FACTOR_COUNTRIES: "GB",
      VOICE_APPLICATION_ID: SANDBOX_APPLICATION.applicationId,
      VOICE_FROM: "447400123456",
      VOICE_PRIVATE_KEY: text,
    };
    const response = await worker.fetch(new Request("https://worker.example/health"), env, {
      waitUntil: () => {},
    });
    const { missing, invalid } = (await response.json()) as {
      missing: string[];
      invalid: { name: string; detail: string }[];
    };
    expect([response.status, missing]).toEqual([503, []]);
    expect(invalid.map(({ name }) => name)).toEqual(["VOICE_PRIVATE_KEY"]);
    expect(invalid[0]?.detail).toMatch(what);
  });
});
