// Some countries changed their numbering plan, or have one that depends on the caller's country. Two numbers then reach
// one phone, and Vonage's receipts and replies may contain either. Limits, shards and replies use the canonical one.
// These spellings must never change: stored data is found by them.

import type { Channel } from "../../wire/report.ts";

/** The two spellings of one phone. Each replacement takes its groups from the opposite pattern. */
interface Plan {
  readonly canonical: RegExp;
  readonly toOther: string;
  readonly other: RegExp;
  readonly toCanonical: string;
}

const PLANS: readonly Plan[] = [
  // Brazil: since 2016-11 every mobile number has a ninth digit (Anatel, Resolução 553/2010). Landlines begin with 2 to
  // 5 and have eight digits.
  {
    canonical: /^55(?<area>\d\d)9(?<line>[6-9]\d{7})$/,
    toOther: "55$<area>$<line>",
    other: /^55(?<area>\d\d)(?<line>[6-9]\d{7})$/,
    toCanonical: "55$<area>9$<line>",
  },
  // Mexico: no 1 before mobile numbers since 2019-08-03 (IFT, Plan Técnico Fundamental de Numeración).
  {
    canonical: /^52(?<line>[2-9]\d{9})$/,
    toOther: "521$<line>",
    other: /^521(?<line>[2-9]\d{9})$/,
    toCanonical: "52$<line>",
  },
  // Argentina: 9 before mobile numbers called from abroad (ITU-T, national numbering plan of Argentina). Texts arrive
  // without it too. A mobile number without it looks like a landline.
  {
    canonical: /^549(?<line>[1-3]\d{9})$/,
    toOther: "54$<line>",
    other: /^54(?<line>[1-3]\d{9})$/,
    toCanonical: "549$<line>",
  },
  // Palestinian mobile networks (56 and 59) can also be reached with Israel's country code; libphonenumber knows both.
  {
    canonical: /^970(?<line>5[69]\d{7})$/,
    toOther: "972$<line>",
    other: /^972(?<line>5[69]\d{7})$/,
    toCanonical: "970$<line>",
  },
];

/**
 * The one spelling that identifies a phone.
 *
 * @param number E.164 digits without "+".
 */
export function toCanonicalNumber(number: string): string {
  const plan = PLANS.find(({ other }) => other.test(number));
  return plan === undefined ? number : number.replace(plan.other, plan.toCanonical);
}

/** Every spelling of a phone, the canonical one first. */
export function listSpellings(number: string): readonly [string, ...string[]] {
  const known = toCanonicalNumber(number);
  const plan = PLANS.find(({ canonical }) => canonical.test(known));
  return plan === undefined ? [known] : [known, known.replace(plan.canonical, plan.toOther)];
}

/**
 * The spelling to give to Vonage. Texts go to the canonical one, which carriers in all these countries accept. An
 * Argentine number without 9 may be a landline, so it is called unchanged.
 */
export function toDialledNumber(number: string, channel: Channel): string {
  return channel === "voice" && /^54[1-3]\d{9}$/.test(number) ? number : toCanonicalNumber(number);
}
