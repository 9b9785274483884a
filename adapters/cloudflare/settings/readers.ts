// Reads the texts of settings that hold more than one word.

import { LIMIT_KINDS } from "../../../src/two-factor/challenge/limits.ts";
import { NUMBER_TYPES } from "../../../src/two-factor/numbers/number-type.ts";
import type { SmsFrom } from "../../../src/two-factor/senders/sms-from.ts";
import { CHANNELS } from "../../../src/wire/report.ts";
import { cut, toList } from "../text.ts";

/** A text that cannot be read, with the rule that it breaks. */
export class Unreadable {
  readonly rule: string;

  constructor(rule: string) {
    this.rule = rule;
  }
}

/** Reads a list separated by commas or white space. */
export const readList = toList;

export const readNumber = (text: string): number => Number(text);

export const readNumbers = (text: string): number[] => toList(text).map(Number);

/** Reads a list of `name:key`. @param more Further properties of each. */
export const readKeys = (text: string, more: object = {}) =>
  refuseExample(text) ??
  toList(text).map((pair) => {
    const [name, key] = cut(pair, ":");
    return { name, key, ...more };
  });

/** Reads a list of `kid:secret`. */
export const readSecrets = (text: string) =>
  refuseExample(text) ??
  toList(text).map((pair) => {
    const [kid, secret] = cut(pair, ":");
    return { kid, secret };
  });

/**
 * The values of .dev.vars.example are public. Cloudflare's deploy button offers them as they are, so a Worker must not
 * accept one.
 */
const refuseExample = (text: string): Unreadable | undefined =>
  text.includes(":replace-with-")
    ? new Unreadable("still has the example's value: use openssl rand -hex 32")
    : undefined;

/** Reads a list of `number=5/3600`: what is counted, messages, seconds. */
export function readLimits(text: string): object {
  const entries = toList(text).map((one) => {
    const [, kind = "", messages, seconds] = /^(\w+)=(\d{1,7})\/(\d{1,5})$/.exec(one) ?? [];
    return [kind, { messages: Number(messages), period: Number(seconds) * 1000 }] as const;
  });
  if (entries.every(([kind]) => LIMIT_KINDS.some((known) => known === kind)))
    return Object.fromEntries(entries);
  return new Unreadable(
    `must be ${LIMIT_KINDS.join(", ")}, each as number=5/3600: messages in so many seconds`,
  );
}

/**
 * Reads a sender and its exceptions: `Shop US=12015550100 DE=Acme Bank`. A name may contain blanks, so it ends at the
 * next `XX=`.
 */
export function readSmsFrom(text: string): string | SmsFrom | Unreadable {
  const [first = "", ...rest] = text.split(/(?:^|[\s,])([A-Za-z]{2})=/);
  if (rest.length === 0) return text;
  const trim = (one: string) => toList(one).join(" ");
  const countries = rest.filter((_, at) => at % 2 === 0);
  const repeated = countries.find((one, at) => countries.indexOf(one) < at);
  if (repeated !== undefined) return new Unreadable(`must not name ${repeated} more than once`);
  const byCountry = Object.fromEntries(countries.map((one, at) => [one, trim(rest[2 * at + 1] ?? "")]));
  const others = trim(first);
  return { ...(others && { default: others }), byCountry };
}

/** Reads a JSON object. The sender checks its names and texts. */
export function readTexts(text: string): unknown {
  try {
    const texts: unknown = JSON.parse(text);
    if (typeof texts === "object" && texts !== null && !Array.isArray(texts)) return texts;
  } catch {
    // Reported below.
  }
  return new Unreadable('must be a JSON object of texts, {"en": "{code} is your {brand} code."}');
}

/** Reads a list of `IN=1101…/1107…`: the id of the company and the id of the text. */
export function readRegistrations(text: string): object {
  const entries = toList(text).map((one) => {
    const [country, ids] = cut(one, "=");
    const [entityId, contentId] = cut(ids, "/");
    return [country, { entityId, ...(contentId && { contentId }) }] as const;
  });
  const countries = entries.map(([country]) => country);
  const repeated = countries.find((one, at) => countries.indexOf(one) < at);
  if (repeated !== undefined) return new Unreadable("must not name a country more than once");
  return Object.fromEntries(entries);
}

/** `sms=mobile voice=mobile+landline`: types of numbers by channel. */
export function readNumberTypes(text: string): object {
  const types = toList(text).map((one) => {
    const [channel, list] = cut(one, "=");
    return [channel, list.split("+")] as const;
  });
  const isKnown = types.every(
    ([channel, list]) => isOneOf(CHANNELS, channel) && list.every((type) => isOneOf(NUMBER_TYPES, type)),
  );
  if (isKnown) return Object.fromEntries(types);
  return new Unreadable(
    `must be sms, voice or both, each as voice=mobile+landline, of the types ${NUMBER_TYPES.join(", ")}`,
  );
}

const isOneOf = (known: readonly string[], text: string): boolean => known.includes(text);

export const readAccept = (text: string): true | Unreadable =>
  text === "accept" || new Unreadable("must be accept, or not be set");

export function readShortCodeCountries(text: string): string[] | Unreadable {
  const countries = toList(text);
  return countries.every((one) => one === "US" || one === "CA")
    ? countries
    : new Unreadable("must be US, CA or both");
}
