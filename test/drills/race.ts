// Many callers contradict each other about the same messages at the same time. Vonage must receive only what the table
// in src/ledger/report.ts allows.

import type { SandboxFault } from "../../src/sandbox/index.ts";
import { CHANNELS } from "../../src/wire/report.ts";
import type { Hit } from "../support/sandbox-server.ts";
import { ago } from "./support/caller.ts";
import { createVerdict, type DrillResult } from "./support/drill.ts";
import { inParallel } from "./support/in-parallel.ts";
import { countDuplicates, findForbidden, findUnkept, toMessage } from "./support/promises.ts";
import { createRandom, type Random } from "./support/random.ts";
import { withStand } from "./support/stand.ts";
import { sleep } from "./support/time.ts";
import { createWeather } from "./support/weather.ts";

export interface RaceSize {
  readonly messages: number;
  /** Reports for each message. */
  readonly reports: number;
  readonly seed: number;
}

/** Messages at a time. */
const AT_ONCE = 3;

export async function race({ messages, reports, seed }: RaceSize) {
  const random = createRandom(seed);
  // Requests last longer than callers wait, but not so long that they count as failed, because then it would be unknown
  // which of them Vonage recorded.
  const bindings = { REPORT_BUDGET_MS: "100", UPSTREAM_TIMEOUT_MS: "15000" };
  return withStand({ bindings, sockets: AT_ONCE * reports }, async ({ upstream, caller, operator }) => {
    const refreshWeather = createWeather(upstream, () => drawFault(random));
    let tracked = 0;

    await inParallel(messages, AT_ONCE, async (count) => {
      const message = { channel: random.pick(CHANNELS), messageId: `race-${seed}-${count}` };
      const choice = random.pick([[false], [true], [true, false], [true, false, false, false]]);
      // A third is tracked before its reports, a third during them, a third not at all.
      const track = async () => {
        if ((await caller.track(message, 3600)).status === 201) tracked++;
      };
      const turn = count % 3;
      if (turn === 0) await track();
      const calls = Array.from({ length: reports }, async (_, index) => {
        refreshWeather();
        // All at once, or spread over the duration of a request.
        if (random.chance(0.5)) await sleep(random.between(0, 600));
        await caller.report({ ...message, delivered: random.pick(choice), timestamp: ago(index * 1000) });
      });
      if (turn === 1) calls.push(sleep(random.between(0, 100)).then(track));
      await Promise.all(calls);
    });

    const idle = await operator.untilIdle();
    const { reported } = caller;
    const recorded = upstream.sandbox.reports();
    const lost = findUnkept(reported, recorded);
    const duplicates = countDuplicates(recorded);
    const overlaps = findOverlaps(upstream.hits);
    const recordedFalse = new Set(recorded.filter(({ delivered }) => !delivered).map(toMessage));
    const recordedTrue = new Set(recorded.filter(({ delivered }) => delivered).map(toMessage));

    const { wrong, demand, demandNone } = createVerdict();
    demand(idle, "the ledger does not come to rest");
    demandNone(lost, "promised and lost");
    demandNone(findForbidden(reported, recorded, [200, 202, 409]), "not allowed");
    // Every 503 means not recorded, and no process was killed, so no report needs to go twice.
    demand(duplicates === 0, `recorded more than once: ${duplicates}`);
    demandNone(overlaps, "two requests for one message at a time");
    return {
      figures: {
        messages,
        tracked,
        reports: reported.length,
        answered200: reported.filter(({ status }) => status === 200).length,
        answered202: reported.filter(({ status }) => status === 202).length,
        answered409: reported.filter(({ status }) => status === 409).length,
        sandboxAnswered503: upstream.hits.filter(({ status }) => status === 503).length,
        recorded: recorded.length,
        correctedToTrue: [...recordedTrue].filter((message) => recordedFalse.has(message)).length,
        lost: lost.length,
        duplicates,
        overlaps: overlaps.length,
      },
      wrong,
    } satisfies DrillResult;
  });
}

function drawFault(random: Random): SandboxFault {
  if (random.chance(0.15)) return { status: 503, latency: random.between(1, 200) };
  return { latency: random.chance(0.5) ? random.between(1, 30) : random.between(30, 500) };
}

/** Finds messages that got a request before their previous one was answered. */
function findOverlaps(hits: readonly Hit[]): string[] {
  const busyUntil = new Map<string, number>();
  const overlaps = new Set<string>();
  for (const { message, at, endedAt } of [...hits].sort((a, b) => a.at - b.at)) {
    const until = busyUntil.get(message) ?? 0;
    if (at < until) overlaps.add(message);
    busyUntil.set(message, Math.max(until, endedAt));
  }
  return [...overlaps];
}
