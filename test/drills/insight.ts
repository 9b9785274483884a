// Workerd is killed repeatedly under mixed traffic. Each counter must equal a recount of the rows: in each shard at the
// instant of each kill, and in Insight once everything was sent there.

import type { InsightAnswer } from "../../src/insight/answer.ts";
import { type Cell, rollUp } from "../../src/insight/cell.ts";
import type { Row } from "../../src/ledger/row.ts";
import { ADMIN_KEY } from "../support/local-stack.ts";
import { twoFactorBindingsFor } from "../support/two-factor-stack.ts";
import {
  type CountersOnDisk,
  compareCells,
  readCounters,
  recount,
  sumCells,
} from "./support/counters-on-disk.ts";
import { createVerdict, type DrillResult, toSeconds } from "./support/drill.ts";
import { inParallel } from "./support/in-parallel.ts";
import { createMixedTraffic, EXPIRES_AFTER_S } from "./support/mixed-traffic.ts";
import { toMessage } from "./support/promises.ts";
import { createRandom, type Random } from "./support/random.ts";
import { type Stand, withStand } from "./support/stand.ts";
import { sleep, until } from "./support/time.ts";
import { createWeather } from "./support/weather.ts";

export interface InsightSize {
  readonly kills: number;
  /** Also waits until each message is settled, and compares with what Vonage recorded. Takes two more minutes. */
  readonly settled: boolean;
  readonly seed: number;
}

const LANES = 24;
const BEGUN_BETWEEN_KILLS = 40;
const LONGEST_BETWEEN_KILLS_MS = 20_000;
const TIMEOUT_MS = 1000;
/** Sources send once in this time, at most. */
const INTERVAL_MS = 5000;
const GATHERED_MS = 90_000;
/** A message whose sending was cut off is given up after a minute, by an alarm that goes off every minute. */
const SETTLED_MS = 150_000 + EXPIRES_AFTER_S * 1000;
const HOUR_MS = 3_600_000;

export async function insight({ kills, settled, seed }: InsightSize) {
  const random = createRandom(seed);
  const bindingsOf = (url: string) => ({
    ...twoFactorBindingsFor(url),
    TWO_FACTOR_LIFETIME_S: String(EXPIRES_AFTER_S),
    TWO_FACTOR_LIMITS: "number=9/3600 prefix=100000/3600 caller=100000/3600 total=100000/3600",
    UPSTREAM_TIMEOUT_MS: String(TIMEOUT_MS),
    REPORT_BUDGET_MS: "200",
    INSIGHT_INTERVAL_S: String(INTERVAL_MS / 1000),
  });
  return withStand({ bindingsOf }, async (stand) => {
    const { upstream, worker, storage } = stand;
    const { sandbox } = upstream;
    sandbox.webhooks({
      deliveryReceipt: `${worker.url}/webhooks/delivery-receipt`,
      inboundSms: `${worker.url}/webhooks/inbound-sms`,
      voiceEvent: `${worker.url}/webhooks/voice-event`,
      sign: "sha256",
    });
    const { wrong, demand, demandNone } = createVerdict();
    const traffic = createMixedTraffic(stand, random, `insight-${seed}`);
    const conversionWeather = createWeather(upstream, () => drawFault(random));
    let compared = 0;
    /** In each shard, counters and rows belong to the same commit: they agree whenever the process ends. */
    const compareShards = ({ shards }: CountersOnDisk, when: string) => {
      for (const { counted, rows, strays } of shards) {
        const expected = recount(rows);
        compared += expected.reduce((sum, { counts }) => sum + Object.keys(counts).length, 0);
        demandNone(compareCells(counted, expected), `a shard does not count what it has ${when}`);
        demand(strays === 0, `${strays} rows are not counted or cannot be read ${when}`);
      }
    };
    let isDown = false;
    const killOnce = async (when: string): Promise<CountersOnDisk> => {
      isDown = true;
      await worker.kill();
      const found = readCounters(storage);
      compareShards(found, when);
      await worker.restart();
      isDown = false;
      return found;
    };
    const begun = () => traffic.counts.messages + traffic.counts.signIns;

    const stop = new AbortController();
    const pouring = inParallel(LANES, LANES, async (lane) => {
      while (!stop.signal.aborted) {
        // Calls of a Worker that is not there say little.
        if (isDown && random.chance(0.9)) {
          await sleep(50);
          continue;
        }
        conversionWeather();
        if (lane % 3 === 0) sandbox.carrier({ receiptDelay: random.pick([0, 50, 500]) });
        await (lane % 3 === 0 ? traffic.signIn() : traffic.message());
        await sleep(random.between(0, 30));
      }
    });
    for (let kill = 1; kill <= kills; kill++) {
      await sleep(random.between(300, 1500));
      // On a busy machine, a kill waits until there is something to lose.
      const wanted = begun() + BEGUN_BETWEEN_KILLS;
      await until(() => begun() >= wanted, LONGEST_BETWEEN_KILLS_MS);
      if (kill === kills) stop.abort();
      await killOnce(`at kill ${kill}`);
    }
    await pouring;

    // From here on only alarms work: a call would wake the shards.
    const calm = Date.now();
    if (settled) {
      const isSettled = await until(async () => {
        await sleep(INTERVAL_MS);
        return (await ask(worker.url)).pending === 0;
      }, SETTLED_MS);
      demand(isSettled, `messages are not settled after ${toSeconds(SETTLED_MS)} s, by themselves`);
    }
    let last = readEmpty();
    const isGathered = await until(async () => {
      await sleep(2 * INTERVAL_MS);
      last = await killOnce("at rest");
      return compareInsight(last).length === 0;
    }, GATHERED_MS);
    const secondsUntilGathered = toSeconds(Date.now() - calm);
    if (!isGathered) demandNone(compareInsight(last), "Insight does not count what the rows are");

    const total = await ask(worker.url);
    const rows = last.shards.flatMap((shard) => shard.rows);
    const unsent = last.challenges.flatMap(({ counted }) => counted);
    const sums = sumCells([...recount(rows), ...unsent]);
    demand(total.sent === (sums.sent ?? 0), `GET /insight has ${total.sent} messages, not ${sums.sent ?? 0}`);
    if (settled) demandNone(compareWithVonage(rows, stand), "not counted as Vonage recorded it");
    const { refused, refusals } = traffic.counts;
    demand(
      total.refused.total >= refused && total.refused.total <= refusals,
      `${total.refused.total} refused messages are counted; ${refused} callers heard so, ${refusals} were refused`,
    );
    const count = (name: string) => sums[name] ?? 0;
    const countAll = (prefix: string) =>
      Object.entries(sums).reduce((sum, [name, number]) => sum + (name.startsWith(prefix) ? number : 0), 0);
    return {
      figures: {
        kills,
        countersCompared: compared,
        messages: count("sent"),
        converted: count("converted"),
        notConverted: count("notConverted"),
        superseded: count("superseded"),
        cancelled: count("cancelled"),
        rescued: count("rescued"),
        refused: countAll("refused."),
        uncertain: count("uncertain"),
        withReceipt: countAll("receipt.") - countAll("receipt.none."),
        withPrice: count("priced"),
        confirmed: countAll("lag."),
        brokenCalls:
          traffic.counts.brokenCalls + stand.caller.reported.filter(({ status }) => status === 0).length,
        secondsUntilGathered,
      },
      wrong,
    } satisfies DrillResult;
  });
}

const readEmpty = (): CountersOnDisk => ({
  shards: [],
  challenges: [],
  insight: { five_minutes: [], hours: [], days: [] },
});

/** Insight has, at each length of bucket, what all sources count. */
function compareInsight({ shards, challenges, insight }: CountersOnDisk): string[] {
  const expected: Cell[] = [
    ...recount(shards.flatMap(({ rows }) => rows)),
    ...challenges.flatMap(({ counted }) => counted),
  ];
  return [
    ...compareCells(insight.five_minutes, expected),
    ...compareCells(insight.hours, rollUp(expected, HOUR_MS)),
    ...compareCells(insight.days, rollUp(expected, 24 * HOUR_MS)),
  ];
}

/**
 * A settled message is counted with the outcome that Vonage recorded last. Left out are messages whose caller got no
 * answer: a request of a killed Worker may reach Vonage after a later one.
 */
function compareWithVonage(rows: readonly Row[], { upstream, caller }: Stand): string[] {
  const recorded = new Map(
    upstream.sandbox.reports().map((report) => [toMessage(report), report.delivered] as const),
  );
  const unanswered = new Set(caller.reported.filter(({ status }) => status === 0).map(toMessage));
  return rows
    .filter((row) => !unanswered.has(toMessage(row)) && recorded.get(toMessage(row)) !== row.delivered)
    .map(({ channel, state, delivered }) => `a message by ${channel} is ${state} with ${delivered}`);
}

async function ask(url: string): Promise<InsightAnswer["total"]> {
  const headers = { authorization: `Bearer ${ADMIN_KEY.key}` };
  const response = await fetch(`${url}/insight`, { headers });
  if (!response.ok) throw new Error(`GET /insight: ${response.status} ${await response.text()}`);
  return ((await response.json()) as InsightAnswer).total;
}

/** Slow now and then, so that a kill finds reports under way, and failing now and then, so that it finds queued ones. */
function drawFault(random: Random) {
  const lot = random.next();
  if (lot < 0.03) return { status: 503, recorded: random.chance(0.5) };
  if (lot < 0.05) return { drop: true, recorded: random.chance(0.5) };
  return { latency: lot < 0.4 ? random.between(5, 400) : 1 };
}
