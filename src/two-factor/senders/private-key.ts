// Reads an application's private key in the forms that environment variables contain: PKCS8 or PKCS1, in quotes, with
// escaped line breaks, in base64. WebCrypto accepts PKCS8 only and reports faults only at the first use, so this file
// reads as much of the key's DER as it needs to convert the key and to explain a fault at start.

import { toBytes } from "../../shared/binary-string.ts";

/** A key that WebCrypto can import, or a fault that completes a sentence about the option and never quotes the text. */
export type ReadPrivateKey = { readonly pkcs8: Uint8Array<ArrayBuffer> } | { readonly fault: string };

const TO_PKCS8 = "openssl pkcs8 -topk8 -nocrypt -in private.key";
const GENERATE =
  "generate one with openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048, and give Vonage its public key";
const RSA_ONLY = `Vonage accepts only RSA keys: ${GENERATE}`;
const PUBLIC = "set the contents of the application's private.key instead";

const ENCRYPTED = `is an encrypted key: decrypt it with ${TO_PKCS8}`;
const ELLIPTIC = `is an elliptic curve key, but ${RSA_ONLY}`;
const PUBLIC_KEY = `is a public key: ${PUBLIC}`;

/** Faults of other PEM blocks, by label. */
const BY_LABEL: Readonly<Record<string, string>> = {
  "ENCRYPTED PRIVATE KEY": ENCRYPTED,
  "EC PRIVATE KEY": ELLIPTIC,
  "DSA PRIVATE KEY": `is a DSA key, but ${RSA_ONLY}`,
  "OPENSSH PRIVATE KEY":
    'is in the format of OpenSSH: convert it in place with ssh-keygen -p -N "" -m PEM -f private.key',
  "PUBLIC KEY": PUBLIC_KEY,
  "RSA PUBLIC KEY": PUBLIC_KEY,
  CERTIFICATE: `is a certificate: ${PUBLIC}`,
  "CERTIFICATE REQUEST": `is a certificate request: ${PUBLIC}`,
};

const UNKNOWN = `is not a readable private key: convert it with ${TO_PKCS8}`;
const DAMAGED = "is damaged or incomplete: copy it again, from BEGIN to END";
/** The least that RS256 allows (RFC 7518, 3.3). */
const LEAST_BITS = 2048;

/** DER of the algorithm in PKCS8: version 0, and rsaEncryption without parameters (RFC 8017, A.1). */
const RSA_PREFIX = [0x02, 0x01, 0x00, 0x30, 0x0d, 0x06, 0x09];
const RSA_OID = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const PBES2_OID = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d];
const [INTEGER, OCTETS, OID, SEQUENCE] = [0x02, 0x04, 0x06, 0x30];

/**
 * Reads a private key: PKCS8 or PKCS1, in PEM or its bare base64. The text may be in quotes, have `\n` escaped once or
 * twice, have CRLF, or be in base64 as a whole.
 */
export function readPrivateKey(text: string): ReadPrivateKey {
  const plain = text
    .replace(/\\+/g, "\\")
    .replace(/\\[nr]/g, "\n")
    .replace(/["'`]/g, "")
    .trim();
  if (plain.includes("-----BEGIN ")) return readPem(plain);
  if (/^(?:ssh-|ecdsa-)/.test(plain)) return { fault: PUBLIC_KEY };
  if (plain.startsWith("PuTTY-")) {
    return {
      fault: "is in the format of PuTTY: convert it with puttygen key.ppk -O private-openssh -o private.key",
    };
  }
  if (/^[\w@~./\\ -]{1,200}\.(?:key|pem|der|p8)$/.test(plain)) {
    return { fault: "is the path of a file: set the contents of the file instead" };
  }
  const bytes = decodeBase64(plain);
  if (bytes === undefined) return { fault: UNKNOWN };
  const inner = new TextDecoder().decode(bytes);
  return inner.includes("-----BEGIN ") ? readPem(inner) : readDer(bytes);
}

function readPem(text: string): ReadPrivateKey {
  let fault = DAMAGED;
  // A file may contain certificates and public keys beside the key.
  for (const block of text.split("-----BEGIN ").slice(1)) {
    const [label, rest = ""] = cutAt(block, "-----");
    const [body, end] = cutAt(rest, "-----END ");
    if (label !== "PRIVATE KEY" && label !== "RSA PRIVATE KEY") {
      fault = BY_LABEL[label] ?? UNKNOWN;
      continue;
    }
    if (body.includes("ENCRYPTED")) return { fault: ENCRYPTED };
    const bytes = end === undefined ? undefined : decodeBase64(body);
    return bytes === undefined ? { fault: DAMAGED } : readDer(bytes);
  }
  return { fault };
}

function readDer(bytes: Uint8Array<ArrayBuffer>): ReadPrivateKey {
  const [outer] = readElements(bytes);
  if (bytes[0] !== SEQUENCE) return { fault: UNKNOWN };
  if (outer === undefined) return { fault: DAMAGED };
  const parts = readElements(outer.content);
  const [first, second, third] = parts;
  if (first?.tag === SEQUENCE) {
    const isEncrypted = isEqual(readElements(first.content)[0], PBES2_OID);
    return { fault: isEncrypted ? ENCRYPTED : PUBLIC_KEY };
  }
  if (first?.tag !== INTEGER) return { fault: UNKNOWN };
  if (second?.tag === INTEGER) return checkRsa(parts) ?? { pkcs8: wrap(outer.whole) };
  if (second?.tag === OCTETS) return { fault: ELLIPTIC };
  if (second?.tag !== SEQUENCE || third?.tag !== OCTETS) return { fault: UNKNOWN };
  if (!isEqual(readElements(second.content)[0], RSA_OID)) {
    return { fault: `is not an RSA key, but ${RSA_ONLY}` };
  }
  const [key] = readElements(third.content);
  return checkRsa(key === undefined ? [] : readElements(key.content)) ?? { pkcs8: outer.whole };
}

/** Checks that a key has all its numbers, and a modulus that is long enough. Returns a fault if not. */
function checkRsa(parts: readonly Element[]): { readonly fault: string } | undefined {
  const [, modulus] = parts;
  if (modulus === undefined || parts.length < 9) return { fault: DAMAGED };
  const first = modulus.content.findIndex((byte) => byte !== 0);
  const bits = (modulus.content.length - first) * 8 - (Math.clz32(Number(modulus.content[first])) - 24);
  if (bits >= LEAST_BITS) return undefined;
  return { fault: `has ${bits} bits, but RS256 needs at least ${LEAST_BITS}: ${GENERATE}` };
}

/** PKCS1 → PKCS8. */
function wrap(pkcs1: Uint8Array): Uint8Array<ArrayBuffer> {
  const algorithm = [...RSA_PREFIX, ...RSA_OID, 0x05, 0x00];
  const inner = [...algorithm, OCTETS, ...toLength(pkcs1.length), ...pkcs1];
  return Uint8Array.from([SEQUENCE, ...toLength(inner.length), ...inner]);
}

/** A length of two bytes: every key needs more than the 127 bytes that one can express. */
const toLength = (length: number) => [0x82, length >> 8, length & 0xff];

interface Element {
  readonly tag: number;
  readonly content: Uint8Array<ArrayBuffer>;
  /** With tag and length. */
  readonly whole: Uint8Array<ArrayBuffer>;
}

/** @returns The elements of DER; none unless they fill it exactly. */
function readElements(bytes: Uint8Array<ArrayBuffer>): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = Number(bytes[at]);
    let length = Number(bytes[at + 1]);
    let begin = at + 2;
    if (length > 0x80) {
      const digits = length - 0x80;
      length = bytes.subarray(begin, begin + digits).reduce((sum, byte) => sum * 256 + byte, 0);
      begin += digits;
    }
    const end = begin + length;
    // True also for a missing length, which is NaN.
    if (!(end <= bytes.length)) return [];
    elements.push({ tag, content: bytes.subarray(begin, end), whole: bytes.subarray(at, end) });
    at = end;
  }
  return elements;
}

/** True if an element is this object identifier. Compares texts, since arrays have no equality. */
const isEqual = (element: Element | undefined, oid: readonly number[]) =>
  `${element?.tag}:${element?.content}` === `${OID}:${oid}`;

function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return toBytes(atob(text));
  } catch {
    return undefined;
  }
}

function cutAt(text: string, mark: string): [before: string, after: string | undefined] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + mark.length)];
}
