// Traffic for the console: sign-ins through several countries, started and stopped by one call. It talks to the Worker
// as an application does, and enters the codes that arrive on the sandbox's handsets.

import { isTwoFactorError, type TwoFactorClient } from "../../../src/two-factor/index.ts";
import { type PlannedSignIn, planSignIns } from "./plan.ts";

export interface DemonstrationOptions {
  /** The application's client of the Worker. */
  readonly twoFactor: Pick<TwoFactorClient, "start" | "check" | "resend">;
  /** Returns the texts that have arrived at a number, oldest first. */
  readonly readTexts: (number: string) => readonly string[];
  /** Answers the calls that have rung at a number, and returns what is heard, oldest first. */
  readonly answerCalls: (number: string) => readonly string[];
  /** Resolves after so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Returns epoch milliseconds. */
  readonly now: () => number;
}

/** The amount of traffic of a run. */
export interface DemonstrationRun {
  /** @default 1 */
  readonly seed?: number;
  /** Sign-ins a second, up to 20. @default 4 */
  readonly perSecond?: number;
  /** Seconds, up to 900. @default 300 */
  readonly lasts?: number;
}

export interface DemonstrationStatus {
  readonly isRunning: boolean;
  readonly started: number;
  readonly signedIn: number;
  /** Sign-ins without a code after the users' patience, or whose user did not enter it. */
  readonly givenUp: number;
  /** Requests that the Worker refused or did not answer. */
  readonly failed: number;
  /** Sign-ins left out because too many were under way. */
  readonly skipped: number;
}

export interface Demonstration {
  /** Starts a run, in place of the one that is under way. Resolves when it has ended. Never rejects. */
  start(run?: DemonstrationRun): Promise<void>;
  /** Ends the run. Sign-ins under way are left to expire. */
  stop(): void;
  status(): DemonstrationStatus;
}

const LOOK_EVERY_MS = 500;
/** Users without a code wait this long. */
const PATIENCE_MS = 30_000;
/** Or, if they ask for a call then, this long: more than the cool-down of the sandbox command. */
const PATIENCE_BEFORE_CALL_MS = 8000;
const MAX_UNDER_WAY = 500;

export function createDemonstration(options: DemonstrationOptions): Demonstration {
  const { twoFactor, readTexts, answerCalls, sleep, now } = options;
  let current: object | undefined;
  let counts = { started: 0, signedIn: 0, givenUp: 0, failed: 0, skipped: 0 };

  const signIn = async (
    { number, enters, typing, asksForCall }: PlannedSignIn,
    count: typeof counts,
    isWanted: () => boolean,
  ): Promise<void> => {
    count.started++;
    const [texts, calls] = [readTexts(number).length, answerCalls(number).length];
    try {
      const id = await startChallenge(number);
      const newTexts = () => readTexts(number).slice(texts);
      const newCalls = () => answerCalls(number).slice(calls);
      const patience = asksForCall ? PATIENCE_BEFORE_CALL_MS : PATIENCE_MS;
      let code = enters ? await waitForCode(newTexts, patience, isWanted) : undefined;
      if (code === undefined && enters && asksForCall && isWanted()) {
        await twoFactor.resend(id, { channel: "voice" });
        code = await waitForCode(newCalls, PATIENCE_MS, isWanted);
      }
      if (code === undefined) {
        count.givenUp++;
        return;
      }
      await sleep(typing);
      if (!isWanted()) return;
      const { verified } = await twoFactor.check(id, code);
      count[verified ? "signedIn" : "givenUp"]++;
    } catch {
      count.failed++;
    }
  };

  /** If the message may have been sent, the challenge counts, because the code may arrive. */
  const startChallenge = async (number: string): Promise<string> => {
    try {
      return (await twoFactor.start({ to: `+${number}`, channel: "sms" })).id;
    } catch (error) {
      if (isTwoFactorError(error) && error.challenge !== undefined) return error.challenge.id;
      throw error;
    }
  };

  const waitForCode = async (
    read: () => readonly string[],
    patience: number,
    isWanted: () => boolean,
  ): Promise<string | undefined> => {
    for (const until = now() + patience; now() < until && isWanted(); await sleep(LOOK_EVERY_MS)) {
      const code = read().map(findCode).find(Boolean);
      if (code !== undefined) return code;
    }
    return undefined;
  };

  return {
    start: async ({ seed = 1, perSecond = 4, lasts = 300 } = {}) => {
      const mine = {};
      current = mine;
      const count = { started: 0, signedIn: 0, givenUp: 0, failed: 0, skipped: 0 };
      counts = count;
      const isWanted = () => current === mine;
      const underWay = new Set<Promise<void>>();
      const began = now();
      for (const planned of planSignIns({ seed, perSecond, duration: lasts * 1000 })) {
        const wait = began + planned.at - now();
        if (wait > 0) await sleep(wait);
        if (!isWanted()) break;
        if (underWay.size >= MAX_UNDER_WAY) {
          count.skipped++;
          continue;
        }
        const done = signIn(planned, count, isWanted).finally(() => underWay.delete(done));
        underWay.add(done);
      }
      await Promise.all(underWay);
      if (isWanted()) current = undefined;
    },
    stop: () => {
      current = undefined;
    },
    status: () => ({ isRunning: current !== undefined, ...counts }),
  };
}

/** A voice says the digits of a code one by one. */
const findCode = (text: string) => /(?<!\d)\d(?:(?:, )?\d){5}(?!\d)/.exec(text)?.[0].replaceAll(", ", "");
