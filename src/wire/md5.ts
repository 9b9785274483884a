// A separate file, so that bundlers split it off and only MD5 signatures load it.

import { hmac } from "@noble/hashes/hmac.js";
import { md5 } from "@noble/hashes/legacy.js";

const utf8 = (text: string) => new TextEncoder().encode(text);

export const md5hash = (text: string): Uint8Array => md5(utf8(text));

export const hmacMd5 = (text: string, key: string): Uint8Array => hmac(md5, utf8(key), utf8(text));
