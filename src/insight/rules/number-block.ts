import type { Context } from "./context.ts";
import type { Finding } from "./finding.ts";
import { NEXT_STEPS } from "./sentences.ts";

/** The settled messages of the last hour to one block of 10 000 numbers: all but the last four digits. */
export interface BlockActivity {
  /** A keyed hash of the block. */
  readonly block: string;
  /** ISO 3166 alpha-2. */
  readonly country: string;
  readonly messages: number;
  /** Different numbers. */
  readonly persons: number;
  readonly converted: number;
}

const FEWEST_MESSAGES = 6;
const FEWEST_PERSONS = 5;

/** If fewer users answer, more messages are needed until chance is as rare as for 6 messages at 60 %. */
const BY_CHANCE = 0.005;

/** Finds number blocks that only ask for codes: numbers are rented in blocks. Two blocks of a country are pumping. */
export function findNumberBlocks(blocks: readonly BlockActivity[], context: Context): Finding[] {
  const byCountry = new Map<string, BlockActivity[]>();
  for (const block of blocks) {
    if (!isSuspicious(block, context)) continue;
    byCountry.set(block.country, [...(byCountry.get(block.country) ?? []), block]);
  }
  return [...byCountry].map(([country, some]) => toFinding(country, some, context));
}

/** None of its messages was converted, and chance does not explain that. */
function isSuspicious(
  { country, messages, persons, converted }: BlockActivity,
  { baselineOf }: Context,
): boolean {
  const chance = (1 - baselineOf(`2fa/sms/${country}`).share) ** messages;
  return messages >= FEWEST_MESSAGES && persons >= FEWEST_PERSONS && converted === 0 && chance <= BY_CHANCE;
}

function toFinding(country: string, blocks: readonly BlockActivity[], { now }: Context): Finding {
  const messages = blocks.reduce((sum, block) => sum + block.messages, 0);
  const persons = blocks.reduce((sum, block) => sum + block.persons, 0);
  const isPumping = blocks.length > 1;
  const place = country === "ZZ" ? "an unknown country" : country;
  return {
    rule: "number-block",
    key: `2fa/sms/${country}`,
    severity: isPumping ? "critical" : "warning",
    cause: "pumping",
    since: now,
    figures: { blocks: blocks.length, messages, persons, converted: 0 },
    summary: isPumping
      ? `${persons} numbers in ${blocks.length} number blocks of ${place} got ${messages} messages within an hour, and none was answered. This is pumping.`
      : `${persons} numbers in one number block of ${place} got ${messages} messages within an hour, and none was answered: the block may be rented for pumping.`,
    nextStep: NEXT_STEPS.pumping,
  };
}
