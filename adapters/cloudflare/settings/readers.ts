// How settings that hold more than one word are written.

import { LIMIT_KINDS } from "../../../src/two-factor/limits.ts";
import { cut, toList } from "../text.ts";

/** A text that cannot be read, with the sentence that says how it must be written. */
export class Unreadable {
  readonly rule: string;

  constructor(rule: string) {
    this.rule = rule;
  }
}

/** Separated by commas or white space. */
export const readList = toList;

export const readNumber = (text: string): number => Number(text);

export const readNumbers = (text: string): number[] => toList(text).map(Number);

/** `name:key`, several. */
export const readKeys = (text: string) =>
  toList(text).map((pair) => {
    const [name, key] = cut(pair, ":");
    return { name, key };
  });

/** `kid:secret`, several. */
export const readSecrets = (text: string) =>
  toList(text).map((pair) => {
    const [kid, secret] = cut(pair, ":");
    return { kid, secret };
  });

/** `number=5/3600`, several: messages in so many seconds. */
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

export const readAccept = (text: string): true | Unreadable =>
  text === "accept" || new Unreadable("must be accept, or not be set");

export function readShortCodeCountries(text: string): string[] | Unreadable {
  const countries = toList(text);
  return countries.every((one) => one === "US" || one === "CA")
    ? countries
    : new Unreadable("must be US, CA or both");
}
