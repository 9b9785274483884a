// Vonage takes only 30 requests a second. A backlog must drain close to that rate and never starve.

import { CHANNELS } from "../../src/wire/report.ts";
import type { Hit } from "../support/sandbox-server.ts";
import { ago } from "./support/caller.ts";
import { createVerdict, type DrillResult, quantile, toSeconds } from "./support/drill.ts";
import { inParallel } from "./support/in-parallel.ts";
import { countMessages, findForbidden, findUnkept } from "./support/promises.ts";
import { createRandom } from "./support/random.ts";
import { withStand } from "./support/stand.ts";
import { until } from "./support/time.ts";

export interface ThrottleSize {
  readonly reports: number;
  /** The Retry-After of Vonage's 429, in seconds. */
  readonly retryAfter: number;
  /** Milliseconds after the first recorded report before the rate counts. */
  readonly warmUp: number;
  /** The smallest acceptable share of the granted rate. */
  readonly leastShare: number;
  readonly seed: number;
}

const GRANTED_PER_SECOND = 30;
const LONGEST_GAP_MS = 10_000;
const MOST_429_PER_REPORT = 0.2;
const ALL_THERE_MS = 120_000;

export async function throttle({ reports, retryAfter, warmUp, leastShare, seed }: ThrottleSize) {
  const random = createRandom(seed);
  return withStand({}, async ({ upstream, caller, operator }) => {
    const { sandbox, hits } = upstream;
    await upstream.close();
    await inParallel(reports, 32, async (count) => {
      const message = { channel: random.pick(CHANNELS), messageId: `throttle-${seed}-${count}` };
      await caller.report({ ...message, delivered: random.chance(0.7), timestamp: ago(count * 1000) });
    });
    const { reported } = caller;

    sandbox.limit(GRANTED_PER_SECOND, String(retryAfter));
    await upstream.open();
    const up = Date.now();
    const arrived = await until(() => countMessages(sandbox.reports()) >= reports, ALL_THERE_MS);
    const idle = await operator.untilIdle();
    const recorded = sandbox.reports();
    const times = recorded.map(({ receivedAt }) => Date.parse(receivedAt));
    const [first = Number.NaN] = times;
    const last = times.at(-1) ?? Number.NaN;
    const late = times.filter((at) => at > first + warmUp);
    const gaps = times.map((at, index) => at - (times[index - 1] ?? at));
    const refused = hits.filter(({ status }) => status === 429);
    const lost = findUnkept(reported, recorded);

    const figures = {
      reports: reported.length,
      lost: lost.length,
      secondsUntilTheFirst: toSeconds(first - up),
      secondsToDrain: toSeconds(last - first),
      shareOfTheRateGranted: late.length / toSeconds(last - first - warmUp) / GRANTED_PER_SECOND,
      answered429: refused.length,
      answered429PerReport: refused.length / recorded.length,
      longestGapSeconds: toSeconds(quantile(gaps, 1)),
      cameBackTooSoon: countTooSoon(hits, retryAfter * 1000),
    };
    const { wrong, demand, demandNone } = createVerdict();
    demand(arrived, `not all there after ${ALL_THERE_MS / 1000} s`);
    demandNone(lost, "promised and lost");
    demandNone(findForbidden(reported, recorded, [202]), "not allowed");
    demand(idle, "the ledger is not idle after all has arrived");
    demand(
      figures.shareOfTheRateGranted >= leastShare,
      `drained at ${figures.shareOfTheRateGranted.toFixed(2)} of the rate granted`,
    );
    demand(figures.longestGapSeconds * 1000 <= LONGEST_GAP_MS, `starved for ${figures.longestGapSeconds} s`);
    demand(
      figures.answered429PerReport <= MOST_429_PER_REPORT,
      `${figures.answered429PerReport.toFixed(2)} times 429 for each report`,
    );
    demand(figures.cameBackTooSoon === 0, `Retry-After was not kept ${figures.cameBackTooSoon} times`);
    return { figures, wrong } satisfies DrillResult;
  });
}

/** Counts messages that were sent again before the Retry-After of their 429 was over. */
function countTooSoon(hits: readonly Hit[], retryAfter: number): number {
  const notBefore = new Map<string, number>();
  let tooSoon = 0;
  for (const { message, at, endedAt, status } of [...hits].sort((a, b) => a.at - b.at)) {
    if (at < (notBefore.get(message) ?? 0)) tooSoon++;
    if (status === 429) notBefore.set(message, endedAt + retryAfter);
  }
  return tooSoon;
}
