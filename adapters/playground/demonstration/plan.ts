// Plans users and times of sign-ins from a seed, so that a run can be repeated.

import { createRandom, drawNormal, type Random } from "../../../src/sandbox/routing/random.ts";
import { CROWDS, type Crowd } from "./world.ts";

/** One sign-in of the plan. */
export interface PlannedSignIn {
  /** Milliseconds from the beginning. */
  readonly at: number;
  /** E.164 digits without "+". */
  readonly number: string;
  /** `true` if whoever asked enters the code when it arrives. */
  readonly enters: boolean;
  /** Milliseconds from the arrival of the code to its entry. */
  readonly typing: number;
  /** `true` if the user asks for a call when no text comes. */
  readonly asksForCall: boolean;
}

export interface PlanOptions {
  readonly seed: number;
  /** Sign-ins a second, on average. */
  readonly perSecond: number;
  /** Milliseconds. */
  readonly duration: number;
}

/** Share of users who enter a code that arrived. */
const FINISHING = 0.95;
/**
 * Keeps the plan's numbers apart from the sandbox's of the same seed, which would tie a message's fate to its number.
 */
const OWN_STREAM = 0x5bd1e995;
const TYPING = { median: 3000, p90: 8000 };
const TOTAL_WEIGHT = CROWDS.reduce((total, { weight }) => total + weight, 0);

/** Plans sign-ins one after the other: Poisson arrivals, divided among the crowds by their weights. */
export function* planSignIns({ seed, perSecond, duration }: PlanOptions): Generator<PlannedSignIn> {
  const random = createRandom(seed ^ OWN_STREAM);
  for (let at = 0; ; ) {
    at += (-Math.log(1 - random()) / perSecond) * 1000;
    if (at >= duration) return;
    const crowd = pickCrowd(random);
    yield {
      at,
      number: drawNumber(crowd, random),
      enters: random() < FINISHING && crowd.bogus !== true,
      typing: TYPING.median * Math.exp(Math.log(TYPING.p90 / TYPING.median) * (drawNormal(random) / 1.28)),
      asksForCall: crowd.asksForCall === true,
    };
  }
}

function pickCrowd(random: Random): Crowd {
  let left = random() * TOTAL_WEIGHT;
  for (const crowd of CROWDS) {
    left -= crowd.weight;
    if (left < 0) return crowd;
  }
  throw new RangeError("The weights of the crowds do not add up.");
}

function drawNumber({ prefix, digits }: Crowd, random: Random): string {
  const open = digits - prefix.length;
  return prefix + String(Math.floor(random() * 10 ** open)).padStart(open, "0");
}
