// In a file of its own so that a bundle pays for MD5 only when a signature asks for it.

import { hmac } from "@noble/hashes/hmac.js";
import { md5 } from "@noble/hashes/legacy.js";

const utf8 = new TextEncoder();

export const md5hash = (text: string): Uint8Array => md5(utf8.encode(text));

export const hmacMd5 = (text: string, key: string): Uint8Array =>
  hmac(md5, utf8.encode(key), utf8.encode(text));
