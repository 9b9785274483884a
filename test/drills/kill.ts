// Workerd is killed again and again while reports pour in: what was promised arrives all the same.

import { CHANNELS } from "../../src/report.ts";
import type { SandboxFault } from "../../src/sandbox/index.ts";
import { ago, type Statement } from "./support/caller.ts";
import { createVerdict, type DrillResult, toSeconds } from "./support/drill.ts";
import { countDuplicates, findForbidden, findUnkept, isPromise } from "./support/promises.ts";
import { createRandom, type Random } from "./support/random.ts";
import { withStand } from "./support/stand.ts";
import { sleep, until } from "./support/time.ts";
import { createWeather } from "./support/weather.ts";

const CALLERS = 24;
/** Messages that further reports are about. */
const RECENT = 100;
/** What was under way at the last kill counts as lost after 11 s: the timeout below, and 10. */
const ALL_THERE_MS = 90_000;

export async function kill({ kills, seed }: { readonly kills: number; readonly seed: number }) {
  const random = createRandom(seed);
  const bindings = { UPSTREAM_TIMEOUT_MS: "1000", REPORT_BUDGET_MS: "200" };
  return withStand({ bindings }, async ({ upstream, worker, caller, operator }) => {
    const refreshWeather = createWeather(upstream, () => drawFault(random));
    const recent: Pick<Statement, "channel" | "messageId">[] = [];
    let messages = 0;
    let tracked = 0;
    let open = true;

    const callers = Array.from({ length: CALLERS }, async () => {
      while (open) {
        refreshWeather();
        const isNew = recent.length === 0 || random.chance(0.6);
        const message = isNew
          ? { channel: random.pick(CHANNELS), messageId: `kill-${seed}-${messages++}` }
          : random.pick(recent);
        if (isNew) {
          recent.push(message);
          if (recent.length > RECENT) recent.shift();
          // Far beyond the end of the drill.
          if (random.chance(0.2) && (await caller.track(message, 3600)).status === 201) tracked++;
        }
        const timestamp = ago(random.between(0, 3_600_000));
        const statement = { ...message, delivered: random.chance(0.5), timestamp };
        const { status } = await caller.report(statement);
        if (status !== 0) continue;
        await sleep(random.between(10, 50));
        // Who was promised nothing may try again, or leave it.
        if (open && random.chance(0.5)) await caller.report(statement);
      }
    });

    const killedAt: number[] = [];
    for (let left = kills; left > 0; left--) {
      await sleep(random.between(150, 1500));
      // After the last one nobody calls any more: the Worker has to wake up by itself.
      if (left === 1) open = false;
      killedAt.push(Date.now());
      await worker.kill();
      await sleep(random.between(0, 200));
      await worker.restart();
    }
    await Promise.all(callers);
    const lastKill = killedAt.at(-1) ?? 0;

    const { reported } = caller;
    const arrived = await until(
      () => findUnkept(reported, upstream.sandbox.reports()).length === 0,
      ALL_THERE_MS,
    );
    const allThere = Date.now();
    const idle = await operator.untilIdle();
    const { reports } = await operator.stats();
    const recorded = upstream.sandbox.reports();
    const lost = findUnkept(reported, recorded);

    const { wrong, demand, demandNone } = createVerdict();
    demand(arrived, `not all there ${ALL_THERE_MS / 1000} s after the last kill, with nobody calling`);
    demandNone(lost, "promised and lost");
    demandNone(findForbidden(reported, recorded, [200, 202, 409, 503, 0]), "not allowed");
    demand(idle, `still under way: ${JSON.stringify(reports)}`);
    demand(reports.dead + reports.unreadable === 0, `dead or unreadable: ${JSON.stringify(reports)}`);
    return {
      figures: {
        kills: killedAt.length,
        messages,
        tracked,
        reports: reported.length,
        accepted: reported.filter(isPromise).length,
        answered202: reported.filter(({ status }) => status === 202).length,
        answered409: reported.filter(({ status }) => status === 409).length,
        brokenCalls: reported.filter(({ status }) => status === 0).length,
        atTheSandboxWhenKilled: upstream.hits.filter((hit) =>
          killedAt.some((at) => hit.at <= at && hit.endedAt >= at),
        ).length,
        lost: lost.length,
        recorded: recorded.length,
        duplicates: countDuplicates(recorded),
        secondsUntilAllThere: toSeconds(allThere - lastKill),
      },
      wrong,
    } satisfies DrillResult;
  });
}

/** Slow and irregular, so that a kill finds reports under way and queued; now and then the answer alone is lost. */
function drawFault(random: Random): SandboxFault {
  const lot = random.next();
  if (lot < 0.04) return { status: 503 };
  if (lot < 0.06) return { status: 503, recorded: true };
  if (lot < 0.08) return { drop: true, recorded: random.chance(0.5) };
  return { latency: lot < 0.5 ? random.between(5, 400) : 1 };
}
