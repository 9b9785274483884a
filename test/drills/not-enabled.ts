// Vonage has not enabled the Conversion API for a key (402). Its reports must wait, with only a few probes.

import { SANDBOX_CREDENTIALS } from "../../src/sandbox/index.ts";
import { CHANNELS } from "../../src/wire/report.ts";
import { OTHER_PROXY_KEY } from "../support/local-stack.ts";
import { ago } from "./support/caller.ts";
import { createVerdict, type DrillResult, toSeconds } from "./support/drill.ts";
import { inParallel } from "./support/in-parallel.ts";
import { countDuplicates, countMessages, findForbidden, findUnkept } from "./support/promises.ts";
import { createRandom } from "./support/random.ts";
import { withStand } from "./support/stand.ts";
import { sleep, until } from "./support/time.ts";

export interface NotEnabledSize {
  readonly reports: number;
  /** Milliseconds that the account is not enabled. The reports are spread over them. */
  readonly lasts: number;
  readonly seed: number;
}

const SHARDS = 4;
const CALLERS = 8;
/** The number of the other key's reports. */
const OTHERS = 20;
/** The longest wait for the next probe within a drill, and the time to drain. */
const ALL_THERE_MS = 120_000;

export async function notEnabled({ reports, lasts, seed }: NotEnabledSize) {
  const random = createRandom(seed);
  const { apiKey } = SANDBOX_CREDENTIALS.twoFactor;
  const bindings = { LEDGER_SHARDS: String(SHARDS) };
  return withStand({ bindings, sockets: CALLERS + 1 }, async ({ upstream, caller, operator }) => {
    const { sandbox, hits } = upstream;
    sandbox.enable(apiKey, false);
    const began = Date.now();
    const statement = (messageId: string) => ({
      channel: random.pick(CHANNELS),
      messageId,
      delivered: random.chance(0.7),
      timestamp: ago(random.between(0, 3_600_000)),
    });
    const [, others] = await Promise.all([
      inParallel(reports, CALLERS, async (count) => {
        await sleep(began + (count / reports) * lasts - Date.now());
        await caller.report(statement(`not-enabled-${seed}-${count}`));
      }),
      reportOthers(),
    ]);
    const parked = await operator.stats();
    await sleep(began + lasts - Date.now());

    sandbox.enable(apiKey, true);
    const enabled = Date.now();
    const arrived = await until(() => countMessages(sandbox.reports()) >= reports + OTHERS, ALL_THERE_MS);
    const allThere = Date.now();
    const idle = await operator.untilIdle();
    const { reported } = caller;
    const recorded = sandbox.reports();
    const lost = findUnkept(reported, recorded);
    const own = reported.filter((one) => !others.includes(one));

    const allowed = mostRefusals(enabled - began);
    const figures = {
      reports: own.length,
      answered202: own.filter(({ status }) => status === 202).length,
      othersRecordedAtOnce: others.filter(({ said }) => said === "recorded").length,
      answered402: hits.filter(({ status }) => status === 402).length,
      answered402AtMost: allowed,
      shardsThatSaidSo: parked.gates.filter(({ cause }) => cause === "not_enabled").length,
      lost: lost.length,
      duplicates: countDuplicates(recorded),
      secondsUntilAllThere: toSeconds(allThere - enabled),
    };
    const { wrong, demand, demandNone } = createVerdict();
    demand(arrived, `not all there after ${ALL_THERE_MS / 1000} s`);
    demandNone(lost, "promised and lost");
    const ownRecorded = recorded.filter((one) => one.apiKey === apiKey);
    demandNone(findForbidden(own, ownRecorded, [202]), "not allowed");
    demand(figures.othersRecordedAtOnce === OTHERS, "the other key had to wait as well");
    demand(figures.answered402 <= allowed, `${figures.answered402} requests were answered 402`);
    demand(
      figures.shardsThatSaidSo === SHARDS,
      `${figures.shardsThatSaidSo} shards knew that the key is not enabled`,
    );
    demand(idle, "the ledger is not idle after all has arrived");
    return { figures, wrong } satisfies DrillResult;

    /** Reports with a key of another account, which is enabled and must not be affected. */
    async function reportOthers() {
      const answers = [];
      for (let count = 0; count < OTHERS; count++) {
        await sleep(began + (count / OTHERS) * lasts - Date.now());
        answers.push(await caller.report(statement(`other-${seed}-${count}`), OTHER_PROXY_KEY.key));
      }
      return answers;
    }
  });
}

/**
 * The back-off of src/ledger/circuit-breaker.ts, written a second time, because a drill must not trust the code it
 * tests. Each shard finds out once, probes after 2.5 to 5 s, and doubles the wait each time. Requests under way when it
 * found out are added.
 */
function mostRefusals(milliseconds: number): number {
  let probes = 0;
  for (let at = 2500, wait = 2500; at <= milliseconds; at += wait) {
    probes++;
    wait *= 2;
  }
  return SHARDS * (1 + probes) + CALLERS;
}
