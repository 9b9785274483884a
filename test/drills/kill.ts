// Workerd is killed repeatedly while reports arrive. Every accepted report must still reach Vonage.

import type { RecordedReport, SandboxFault } from "../../src/sandbox/index.ts";
import { CHANNELS } from "../../src/wire/report.ts";
import { ago, type Caller, type Statement } from "./support/caller.ts";
import { createVerdict, type DrillResult, toSeconds } from "./support/drill.ts";
import { inParallel } from "./support/in-parallel.ts";
import {
  countDuplicates,
  countWithoutTrace,
  findForbidden,
  findUnkept,
  isPromise,
  toMessage,
} from "./support/promises.ts";
import { createRandom, type Random } from "./support/random.ts";
import { withStand } from "./support/stand.ts";
import { sleep, until } from "./support/time.ts";
import { createWeather } from "./support/weather.ts";

export interface KillSize {
  /** At least two. */
  readonly kills: number;
  readonly seed: number;
}

const CALLERS = 24;
/** The number of recent messages that further reports are about. */
const RECENT = 100;
const TIMEOUT_MS = 1000;
/** A request counts as lost 10 s after its timeout. */
const LOST_AFTER_MS = TIMEOUT_MS + 10_000;
const ALL_THERE_MS = 60_000;

export async function kill({ kills, seed }: KillSize) {
  const random = createRandom(seed);
  const bindings = { UPSTREAM_TIMEOUT_MS: String(TIMEOUT_MS), REPORT_BUDGET_MS: "200" };
  return withStand({ bindings }, async ({ upstream, worker, caller, operator }) => {
    const { sandbox, hits } = upstream;
    const { reported } = caller;
    const { wrong, demand, demandNone } = createVerdict();
    const earlier: RecordedReport[] = [];
    const recorded = () => [...earlier, ...sandbox.reports()];
    /** Keeps the reports, because the sandbox resets its faults only together with its reports. */
    const clearWeather = () => {
      earlier.push(...sandbox.reports());
      sandbox.reset();
    };
    const killedAt: number[] = [];
    const killOnce = async () => {
      killedAt.push(Date.now());
      await worker.kill();
      await sleep(random.between(0, 200));
      await worker.restart();
    };
    /** Reads only the sandbox: any call to the Worker, even for figures, would wake the ledger. */
    const untilAllThere = async () => {
      const allThere = await until(() => findUnkept(reported, recorded()).length === 0, ALL_THERE_MS);
      demand(allThere, `not all there ${toSeconds(ALL_THERE_MS)} s after kill ${killedAt.length}, by itself`);
      return toSeconds(Date.now() - (killedAt.at(-1) ?? 0));
    };

    const stop = new AbortController();
    const weather = createWeather(upstream, createFaults(random));
    const pouring = pour(caller, random, weather, stop.signal, `kill-${seed}`);
    for (let left = kills - 1; left > 0; left--) {
      await sleep(random.between(150, 1500));
      if (left === 1) stop.abort();
      await killOnce();
    }
    const { tracked } = await pouring;
    const allThereAfter = await untilAllThere();

    // Kill once more while all is quiet: circuit breakers are closed, nothing waits, and earlier alarms have gone off,
    // so only the safety alarm can wake the ledger.
    clearWeather();
    const burst = (name: string) =>
      inParallel(CALLERS, CALLERS, (count) => {
        const messageId = `${name}-${seed}-${count}`;
        return caller.report({ channel: "sms", messageId, delivered: true, timestamp: ago(0) });
      });
    const calm = await until(async () => {
      await burst(`calm-${reported.length}`);
      await sleep(500);
      return (await operator.untilIdle()) && (await operator.stats()).gates.length === 0;
    }, ALL_THERE_MS);
    demand(calm, "the ledger does not come to rest");
    await sleep(LOST_AFTER_MS + 1000);
    sandbox.fail({ hang: true, times: CALLERS });
    await burst("last");
    await killOnce();
    const wokeUpAfter = await untilAllThere();

    const idle = await operator.untilIdle();
    const { reports } = await operator.stats();
    const lost = findUnkept(reported, recorded());
    demandNone(lost, "promised and lost");
    // One process runs the Worker and the ledger, so each kill ends both, which does not happen on Cloudflare.
    const isUntracked = (message: string) => !tracked.has(message);
    demandNone(findForbidden(reported, recorded(), [200, 202, 409, 503, 0], isUntracked), "not allowed");
    demand(idle, `still under way: ${JSON.stringify(reports)}`);
    demand(reports.dead + reports.unreadable === 0, `dead or unreadable: ${JSON.stringify(reports)}`);
    const broken = killedAt.map((at) => hits.filter((hit) => hit.at <= at && hit.endedAt >= at).length);
    return {
      figures: {
        kills: killedAt.length,
        tracked: tracked.size,
        reports: reported.length,
        accepted: reported.filter(isPromise).length,
        answered202: reported.filter(({ status }) => status === 202).length,
        answered409: reported.filter(({ status }) => status === 409).length,
        brokenCalls: reported.filter(({ status }) => status === 0).length,
        atTheSandboxWhenKilled: broken.reduce((sum, one) => sum + one, 0),
        ofThoseAtTheLastKill: broken.at(-1) ?? 0,
        lost: lost.length,
        falseAfterTrueWithoutTrace: countWithoutTrace(reported, recorded()),
        recorded: recorded().length,
        duplicates: countDuplicates(recorded()),
        secondsUntilAllThere: allThereAfter,
        secondsAfterTheLastKill: wokeUpAfter,
      },
      wrong,
    } satisfies DrillResult;
  });
}

/** Makes reports until stopped: of new and recent messages, agreeing and contradicting, some of them tracked. */
async function pour(caller: Caller, random: Random, weather: () => void, stop: AbortSignal, name: string) {
  const recent: Pick<Statement, "channel" | "messageId">[] = [];
  let messages = 0;
  const tracked = new Set<string>();
  await inParallel(CALLERS, CALLERS, async () => {
    while (!stop.aborted) {
      weather();
      const isNew = recent.length === 0 || random.chance(0.6);
      const message = isNew
        ? { channel: random.pick(CHANNELS), messageId: `${name}-${messages++}` }
        : random.pick(recent);
      if (isNew) {
        recent.push(message);
        if (recent.length > RECENT) recent.shift();
        // Expires long after the drill ends.
        if (random.chance(0.2) && (await caller.track(message, 3600)).status === 201)
          tracked.add(toMessage(message));
      }
      const timestamp = ago(random.between(0, 3_600_000));
      const statement = { ...message, delivered: random.chance(0.5), timestamp };
      const { status } = await caller.report(statement);
      if (status !== 0) continue;
      await sleep(random.between(10, 50));
      // A caller without an answer may try again or give up.
      if (!stop.aborted && random.chance(0.5)) await caller.report(statement);
    }
  });
  return { tracked };
}

/**
 * Slow and irregular, so that a kill finds reports under way. Sometimes only the answer is lost. An occasional series
 * of failures opens circuit breakers, so that a kill finds queued reports.
 */
function createFaults(random: Random): () => SandboxFault {
  let failing = 0;
  return () => {
    const lot = random.next();
    if (failing === 0 && lot < 0.0015) failing = 12;
    if (failing > 0) {
      failing--;
      return { status: 503 };
    }
    if (lot < 0.04) return { status: 503 };
    if (lot < 0.06) return { status: 503, recorded: true };
    if (lot < 0.08) return { drop: true, recorded: random.chance(0.5) };
    return { latency: lot < 0.5 ? random.between(5, 400) : 1 };
  };
}
