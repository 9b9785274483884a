// The content of a text message by `type`: the published types, and three that older SDKs send.

import { splitText, toGsm } from "../shared/text-parts.ts";
import type { Parameters } from "../wire/parameters.ts";
import { refuse, type SmsRefusal } from "./sms-answer.ts";

export interface SmsContent {
  /** The text as a handset shows it. */
  readonly text: string;
  /** Number of messages needed. */
  readonly parts: number;
}

interface ContentType {
  /** Required parameters. */
  readonly needs: readonly string[];
  /** Parameters that only this type allows. */
  readonly own?: readonly string[];
  readonly read: (value: (name: string) => string) => SmsContent | SmsRefusal;
}

const MOST_CHARACTERS = 3200;
/** Capacity of one message. Binary content is not split. */
const MOST_BYTES = 140;
const DEFAULT_TYPE = "text";

const inGsm = (text: string): SmsContent | SmsRefusal => {
  if (text.length > MOST_CHARACTERS) return refuse("12", `text has over ${MOST_CHARACTERS} characters`);
  const shown = toGsm(text);
  return { text: shown, parts: splitText(shown, "gsm").length };
};

/** Recognises pairs of hexadecimal digits. */
const isHex = (text: string) => /^(?:[\da-f]{2})*$/i.test(text);

const TYPES: Readonly<Record<string, ContentType>> = {
  // Characters outside the GSM alphabet arrive as "?".
  text: { needs: ["text"], read: (value) => inGsm(value("text")) },
  unicode: {
    needs: ["text"],
    read: (value) => {
      const text = value("text");
      if (text.length > MOST_CHARACTERS) return refuse("12", `text has over ${MOST_CHARACTERS} characters`);
      return { text, parts: splitText(text, "unicode").length };
    },
  },
  binary: {
    needs: ["body"],
    own: ["body", "udh"],
    read: (value) => {
      const [body, udh] = [value("body"), value("udh")];
      if (!isHex(body)) return refuse("3", "body must be pairs of hexadecimal digits");
      if (!isHex(udh)) return refuse("3", "udh must be pairs of hexadecimal digits");
      if (body.length + udh.length > MOST_BYTES * 2) {
        return refuse("12", `body and udh have over ${MOST_BYTES} bytes`);
      }
      return { text: body.toUpperCase(), parts: 1 };
    },
  },
  wappush: {
    needs: ["title", "url"],
    own: ["title", "url", "validity"],
    read: (value) => {
      if (!/^https?:\/\/\S+$/.test(value("url"))) return refuse("3", "url must be an http or https URL");
      if (!/^\d{0,9}$/.test(value("validity"))) return refuse("3", "validity must be milliseconds");
      return inGsm(`${value("title")} ${value("url")}`);
    },
  },
  vcard: { needs: ["vcard"], own: ["vcard"], read: (value) => inGsm(value("vcard")) },
  vcal: { needs: ["vcal"], own: ["vcal"], read: (value) => inGsm(value("vcal")) },
};

/** The names of all content parameters. */
export const CONTENT_PARAMETERS: readonly string[] = [
  "type",
  "text",
  ...Object.values(TYPES).flatMap(({ own = [] }) => own),
];

/** Reads the content of a message. A `text` is accepted with any type, since SDKs may send one. */
export function parseContent(parameters: Parameters): SmsContent | SmsRefusal {
  const name = parameters.get("type") ?? DEFAULT_TYPE;
  const type = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  if (type === undefined) return refuse("3", `type must be one of ${Object.keys(TYPES).join(", ")}`);
  const missing = type.needs.filter((one) => !parameters.get(one));
  if (missing.length > 0) {
    return type === TYPES.text || type === TYPES.unicode
      ? refuse("2", missing.join(", "))
      : refuse("3", `type ${name} needs ${missing.join(" and ")}`);
  }
  const foreign = Object.entries(TYPES).flatMap(([other, { own = [] }]) =>
    other === name ? [] : own.filter((one) => parameters.has(one)).map((one) => `${one} needs type ${other}`),
  );
  if (foreign.length > 0) return refuse("3", foreign.join("; "));
  return type.read((one) => parameters.get(one) ?? "");
}
