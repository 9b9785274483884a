// Vonage is down in every way there is while reports arrive. Callers must not notice, and every report must arrive
// afterwards.

import { FASTEST_PER_SECOND } from "../../src/ledger/pacer.ts";
import { CHANNELS } from "../../src/wire/report.ts";
import { peakPerSecond, type SandboxServer } from "../support/sandbox-server.ts";
import { ago } from "./support/caller.ts";
import { createVerdict, type DrillResult, quantile, toSeconds } from "./support/drill.ts";
import { inParallel } from "./support/in-parallel.ts";
import { countDuplicates, countMessages, findForbidden, findUnkept } from "./support/promises.ts";
import { createRandom } from "./support/random.ts";
import { watchScheduling } from "./support/scheduling.ts";
import { withStand } from "./support/stand.ts";
import { sleep, until } from "./support/time.ts";

export interface OutageSize {
  readonly reports: number;
  /** The least duration of each kind of outage, in milliseconds. */
  readonly phase: number;
  /** The longest time that callers wait for Vonage, in milliseconds. */
  readonly budget: number;
  /**
   * The time limit of a request to Vonage, in milliseconds. It exceeds budget and margin, so that waiting callers show.
   */
  readonly timeout: number;
  /** Milliseconds beyond the budget that an answer may take, without the time that the machine withheld from workerd. */
  readonly margin: number;
  readonly seed: number;
}

const SHARDS = 4;
const CALLERS = 32;
/** Half a minute for the slowest probe, and the time to drain at 100 reports a second. */
const ALL_THERE_MS = 120_000;
const NEXT_PROBE_MS = 30_000;
const FOREVER = 1_000_000;

/** Each phase begins when the previous one ends. Hanging comes first, while no breaker is open and callers wait. */
const PHASES: readonly ((upstream: SandboxServer) => Promise<void>)[] = [
  async ({ sandbox }) => sandbox.fail({ hang: true, times: FOREVER }),
  async ({ close }) => close(),
  // The sandbox still hangs.
  async ({ open }) => open(),
  async ({ sandbox }) => {
    sandbox.reset();
    sandbox.fail({ status: 503, times: FOREVER });
  },
];

export async function outage({ reports, phase, budget, timeout, margin, seed }: OutageSize) {
  const random = createRandom(seed);
  const bindings = {
    LEDGER_SHARDS: String(SHARDS),
    REPORT_BUDGET_MS: String(budget),
    UPSTREAM_TIMEOUT_MS: String(timeout),
  };
  return withStand({ bindings, sockets: CALLERS }, async ({ upstream, worker, caller, operator }) => {
    const { sandbox, hits } = upstream;
    const scheduling = watchScheduling(worker.pid);
    const perPhase = Math.ceil(reports / PHASES.length);
    for (const [index, begin] of PHASES.entries()) {
      await begin(upstream);
      const ends = Date.now() + phase;
      await inParallel(perPhase, CALLERS, async (count) => {
        const message = { channel: random.pick(CHANNELS), messageId: `outage-${seed}-${index}-${count}` };
        await caller.report({ ...message, delivered: random.chance(0.7), timestamp: ago(count * 1000) });
      });
      await sleep(ends - Date.now());
    }
    // All circuit breakers are open, so only a probe can meet this phase of the outage.
    await until(() => hits.some(({ status }) => status === 503), NEXT_PROBE_MS);
    const { reported } = caller;
    scheduling.stop();

    const up = Date.now();
    sandbox.reset();
    const arrived = await until(() => countMessages(sandbox.reports()) >= reported.length, ALL_THERE_MS);
    const allThere = Date.now();
    const idle = await operator.untilIdle();
    const recorded = sandbox.reports();
    const listed = await operator.list("recorded");
    const attempts = listed.map((one) => one.attempts);
    const latencies = reported.map(({ startedAt, endedAt }) => endedAt - startedAt);
    const ownLatencies = reported.map(
      ({ startedAt, endedAt }) => endedAt - startedAt - scheduling.between(startedAt, endedAt),
    );
    const recovery = hits.filter(({ at }) => at >= up);
    const inVain = hits.filter(({ at }) => at < up);
    const lost = findUnkept(reported, recorded);

    const figures = {
      reports: reported.length,
      answered202: reported.filter(({ status }) => status === 202).length,
      hungRequests: inVain.filter(({ status }) => status === 0).length,
      answered503: inVain.filter(({ status }) => status === 503).length,
      latencyP50Ms: quantile(latencies, 0.5),
      latencyP99Ms: quantile(latencies, 0.99),
      latencyMaxMs: quantile(latencies, 1),
      ownLatencyP99Ms: quantile(ownLatencies, 0.99),
      ownLatencyMaxMs: quantile(ownLatencies, 1),
      lost: lost.length,
      duplicates: countDuplicates(recorded),
      secondsToDrain: toSeconds(allThere - up),
      highestRatePerSecond: peakPerSecond(recovery),
      attemptsPerReport: attempts.reduce((sum, one) => sum + one, 0) / attempts.length,
      attemptsAtMost: quantile(attempts, 1),
      peakMemoryMegabytes: worker.peakMemory() / 1_000_000,
    };
    const { wrong, demand, demandNone } = createVerdict();
    demand(arrived, `not all there after ${ALL_THERE_MS / 1000} s`);
    demandNone(lost, "promised and lost");
    demandNone(findForbidden(reported, recorded, [202]), "not allowed");
    demand(idle, "the ledger is not idle after all has arrived");
    const distinct = new Set(listed.map(({ channel, messageId }) => `${channel} ${messageId}`)).size;
    demand(
      listed.length === reported.length && distinct === reported.length,
      `the list of recorded reports has ${listed.length}, ${distinct} of them distinct`,
    );
    demand(
      figures.ownLatencyP99Ms <= budget + margin,
      `p99 is ${figures.ownLatencyP99Ms} ms without the machine's share, the budget ${budget} ms`,
    );
    demand(
      figures.ownLatencyMaxMs <= budget + 2 * margin,
      `one caller waited ${figures.ownLatencyMaxMs} ms without the machine's share, the budget is ${budget} ms`,
    );
    // A tenth of a second's reports may come at once, and the clocks of this process and the sandbox differ slightly.
    const most = SHARDS * FASTEST_PER_SECOND * 1.2;
    demand(figures.highestRatePerSecond <= most, `${figures.highestRatePerSecond} requests/s: a storm`);
    return { figures, wrong } satisfies DrillResult;
  });
}
