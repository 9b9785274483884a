// One week of sign-ins through the sandbox's router, on a virtual clock.

import { drawFate, isOut } from "../../../src/sandbox/routing/fate.ts";
import { createRandom, drawNormal, type Random } from "../../../src/sandbox/routing/random.ts";
import { createRouter, ROUTER_RULES, type RouterRules } from "../../../src/sandbox/routing/router.ts";
import type { KnownCarrier } from "../../../src/sandbox/routing/sandbox-carrier.ts";
import { REPORTINGS, type Reporting } from "./reporting.ts";
import { DAY, HOUR, MINUTE, type Receipts, SECOND, toKnownCarriers, WEEK, type World } from "./world.ts";

export interface WeekOptions {
  readonly world: World;
  readonly seed: number;
  readonly receipts: Receipts;
  /** The way of reporting, a carrier that is always the best, or one by chance. */
  readonly reporting: Reporting | "oracle" | "random";
  /** Milliseconds after which a message without an entry is reported as not converted. */
  readonly expiresIn: number;
  /** Milliseconds until a user may ask for another message; `undefined`: they never do. */
  readonly resendAfter?: number | undefined;
  readonly rules?: Partial<RouterRules>;
  /** @default a week */
  readonly duration?: number;
}

export interface Week {
  readonly signIns: number;
  readonly messages: number;
  readonly arrived: number;
  readonly signedIn: number;
  /** Codes that arrived when a later message had already replaced them. */
  readonly overtaken: number;
  /** Reports of `false` about messages whose users entered the code later. */
  readonly corrected: number;
  readonly falseReports: number;
  /** Milliseconds from the sign-in's start to the entry, ascending. */
  readonly timesToSignIn: readonly number[];
  /** Messages and arrivals of each hour. */
  readonly hours: readonly { readonly messages: number; readonly arrived: number }[];
}

const ROUTE = "route";
/** The code's life. */
const LIFETIME = 300 * SECOND;
const MAX_MESSAGES = 4;
/** Share of users without a code who ask for another when they may, and those users' time to notice. */
const ASKING = 0.7;
const NOTICING = { median: 4 * SECOND, p90: 15 * SECOND };
/** The time after which a user without a code gives up. */
const PATIENCE = { median: 120 * SECOND, p90: 300 * SECOND };

export function simulateWeek(options: WeekOptions): Week {
  const { world, seed, receipts, reporting, expiresIn, resendAfter, duration = WEEK } = options;
  const carriers = rotate(toKnownCarriers(world, receipts), seed);
  const names = carriers.map(({ name }) => name);
  const router = createRouter({ ...ROUTER_RULES, ...options.rules });
  const [traffic, choices, users] = [1, 2, 3].map((stream) => createRandom(seed * 16 + stream)) as [
    Random,
    Random,
    Random,
  ];
  const fates = new Map(names.map((name, index) => [name, createRandom(seed * 16 + 4 + index)]));
  const events = createEvents();
  const report = typeof reporting === "string" ? REPORTINGS["not at all"] : reporting;
  const hours = Array.from({ length: Math.ceil(duration / HOUR) + 1 }, () => ({ messages: 0, arrived: 0 }));
  const timesToSignIn: number[] = [];
  const count = { signIns: 0, messages: 0, arrived: 0, overtaken: 0, corrected: 0, falseReports: 0 };

  const choose = (at: number): KnownCarrier => {
    if (reporting === "oracle") return findBest(carriers, at);
    if (reporting === "random") return pick(carriers, Math.floor(choices() * carriers.length));
    const name = router.choose(ROUTE, names, choices, at);
    return pick(carriers, names.indexOf(name ?? ""));
  };

  /** Sends a message. Returns the time of its arrival. */
  const send = (id: string, at: number): number => {
    const carrier = choose(at);
    const fate = drawFate(carrier, at, fates.get(carrier.name) ?? users);
    router.sent([id], ROUTE, carrier.name, at);
    const hour = pick(hours, Math.min(hours.length - 1, Math.floor(at / HOUR)));
    count.messages++;
    hour.messages++;
    if (fate.arrives) {
      count.arrived++;
      hour.arrived++;
    }
    const heardAt = at + fate.delay + fate.receiptDelay;
    if (carrier.receipts !== "missing") {
      events.add(heardAt, () =>
        router.receipt(id, fate.arrives || carrier.receipts === "delivered", heardAt),
      );
    }
    return fate.arrives ? at + fate.delay : Number.POSITIVE_INFINITY;
  };

  const tell = (id: string, converted: boolean, knownAt: number) => {
    if (!converted) count.falseReports++;
    const at = report({ converted, knownAt });
    if (at !== undefined) events.add(at, () => router.reported(id, converted, at));
  };

  const signIn = (id: string, began: number, number: number, at: number, patientUntil: number): void => {
    const messageId = `${id}.${number}`;
    const arrivesAt = send(messageId, at);
    // Drawn for every message, so that all ways of reporting meet the same users.
    const finishes = users() < world.finishing;
    const typing = drawLogNormal(world.typing, users);
    const asks = users() < ASKING;
    const asksAt = at + (resendAfter ?? 0) + drawLogNormal(NOTICING, users);
    const isImpatient = resendAfter !== undefined && number < MAX_MESSAGES && asks && asksAt < patientUntil;
    if (isImpatient && asksAt < arrivesAt) {
      tell(messageId, false, asksAt);
      if (arrivesAt < Number.POSITIVE_INFINITY) count.overtaken++;
      events.add(asksAt, () => signIn(id, began, number + 1, asksAt, patientUntil));
      return;
    }
    const expires = at + expiresIn;
    const enteredAt = arrivesAt + typing;
    const isEntered = finishes && arrivesAt < patientUntil && enteredAt < at + LIFETIME;
    if (!isEntered || enteredAt > expires) tell(messageId, false, expires);
    if (!isEntered) return;
    if (enteredAt > expires) count.corrected++;
    tell(messageId, true, enteredAt);
    timesToSignIn.push(enteredAt - began);
  };

  for (let at = nextArrival(world, 0, traffic); at < duration; at = nextArrival(world, at, traffic)) {
    events.runBefore(at);
    const patientUntil =
      resendAfter === undefined ? Number.POSITIVE_INFINITY : at + drawLogNormal(PATIENCE, users);
    signIn(String(count.signIns++), at, 1, at, patientUntil);
  }
  timesToSignIn.sort((one, other) => one - other);
  return { ...count, signedIn: timesToSignIn.length, timesToSignIn, hours };
}

/** No carrier may profit from its place in the list. */
function rotate<T>(list: readonly T[], by: number): T[] {
  return list.map((_, index) => pick(list, (index + by) % list.length));
}

/** Poisson arrivals whose rate swings over the day. */
function nextArrival({ perHour, swing }: World, after: number, random: Random): number {
  const rate = (perHour / HOUR) * (1 + swing * Math.sin((2 * Math.PI * after) / DAY));
  return after + -Math.log(1 - random()) / rate;
}

function findBest(carriers: readonly KnownCarrier[], at: number): KnownCarrier {
  const quality = (carrier: KnownCarrier) => (isOut(carrier, at) ? 0 : carrier.delivered);
  return carriers.reduce((best, one) => (quality(one) > quality(best) ? one : best));
}

function drawLogNormal(
  { median, p90 }: { readonly median: number; readonly p90: number },
  random: Random,
): number {
  return median * Math.exp((Math.log(p90 / median) / 1.2815515655446004) * drawNormal(random));
}

function pick<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new RangeError(`There is no element ${index}.`);
  return found;
}

/** A queue of later events, in the order of their times. A step's work is sorted when the step is due. */
function createEvents() {
  const STEP = MINUTE / 4;
  const steps = new Map<number, { readonly at: number; readonly happen: () => void }[]>();
  let next = 0;
  let current: { readonly at: number; readonly happen: () => void }[] = [];
  const insert = (event: { readonly at: number; readonly happen: () => void }) => {
    const index = current.findIndex(({ at }) => at > event.at);
    if (index === -1) current.push(event);
    else current.splice(index, 0, event);
  };
  return {
    add: (at: number, happen: () => void) => {
      const step = Math.floor(at / STEP);
      if (step < next) return insert({ at, happen });
      const list = steps.get(step);
      if (list === undefined) steps.set(step, [{ at, happen }]);
      else list.push({ at, happen });
    },
    runBefore: (time: number) => {
      for (;;) {
        while (current[0] !== undefined && current[0].at < time) current.shift()?.happen();
        if (current.length > 0 || next * STEP >= time) return;
        current = (steps.get(next) ?? []).sort((one, other) => one.at - other.at);
        steps.delete(next++);
      }
    },
  };
}
