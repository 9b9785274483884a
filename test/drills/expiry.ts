// Messages are tracked, and half of them reported in time. Exactly the other half must be reported false, once.

import type { RecordedReport } from "../../src/sandbox/index.ts";
import { CHANNELS } from "../../src/wire/report.ts";
import { ago, type Statement } from "./support/caller.ts";
import { createVerdict, type DrillResult, quantile, toSeconds } from "./support/drill.ts";
import { inParallel } from "./support/in-parallel.ts";
import { countMessages, isPromise, toMessage } from "./support/promises.ts";
import { createRandom } from "./support/random.ts";
import { withStand } from "./support/stand.ts";
import { sleep, until } from "./support/time.ts";

export interface ExpirySize {
  /** Half of them are reported in time. */
  readonly messages: number;
  /** Further messages, reported true at the very moment of their expiry. */
  readonly photoFinish: number;
  readonly seed: number;
}

/** The shortest possible time. */
const EXPIRES_IN_S = 30;
/** The longest time that one call may take on a busy machine. */
const IN_TIME_MS = 5000;
const PHOTO_FINISH_MS = 100;
const ALL_THERE_MS = 90_000;

interface Tracked extends Pick<Statement, "channel" | "messageId"> {
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

export async function expiry({ messages, photoFinish, seed }: ExpirySize) {
  const random = createRandom(seed);
  return withStand({}, async ({ upstream, worker, caller, operator }) => {
    const { wrong, demand, demandNone } = createVerdict();
    const tracked: Tracked[] = [];
    await inParallel(messages + photoFinish, 16, async (count) => {
      const message = { channel: random.pick(CHANNELS), messageId: `expiry-${seed}-${count}` };
      const { status, expiresAt = "" } = await caller.track(message, EXPIRES_IN_S);
      if (status !== 201) wrong.push(`${toMessage(message)}: tracking it was answered ${status}`);
      else tracked.push({ ...message, expiresAt: Date.parse(expiresAt) });
    });
    // The expiry must survive a restart of the process.
    await worker.restart();
    const close = tracked.slice(0, photoFinish);
    const early = tracked.slice(photoFinish).filter((_, index) => index % 2 === 0);
    const silent = tracked.slice(photoFinish).filter((_, index) => index % 2 === 1);

    const report = (message: Tracked) =>
      caller.report({
        channel: message.channel,
        messageId: message.messageId,
        delivered: true,
        timestamp: ago(0),
      });
    const now = Date.now();
    const reports = early.map(async (message) => {
      await sleep(random.next() * (message.expiresAt - IN_TIME_MS - now));
      const { endedAt } = await report(message);
      demand(
        endedAt < message.expiresAt,
        `${message.messageId}: this machine was too slow to report in time`,
      );
    });
    const finishes = close.map(async (message) => {
      await sleep(message.expiresAt - now + random.between(-PHOTO_FINISH_MS, PHOTO_FINISH_MS));
      await report(message);
    });
    await Promise.all([...reports, ...finishes]);

    const { sandbox } = upstream;
    const arrived = await until(() => countMessages(sandbox.reports()) >= tracked.length, ALL_THERE_MS);
    const idle = await operator.untilIdle();
    const { reports: counts } = await operator.stats();
    const recorded = new Map<string, RecordedReport[]>();
    for (const one of sandbox.reports()) {
      recorded.set(toMessage(one), [...(recorded.get(toMessage(one)) ?? []), one]);
    }
    const recordsOf = (message: Tracked) => recorded.get(toMessage(message)) ?? [];
    const show = (message: Tracked) =>
      `${message.messageId} has ${recordsOf(message).map(toText).join(", ")}`;
    const expired = silent.filter((message) => {
      const [only, ...more] = recordsOf(message);
      return more.length === 0 && only?.delivered === false && only.timestamp === toWire(message.expiresAt);
    });
    const spared = early.filter((message) => recordsOf(message).map(toOutcome).join() === "true");
    const finished = close.map((message) => recordsOf(message).map(toOutcome).join());
    const lateness = expired.map((message) =>
      Math.max(0, ...recordsOf(message).map(({ receivedAt }) => Date.parse(receivedAt) - message.expiresAt)),
    );

    demand(arrived, `not all there after ${ALL_THERE_MS / 1000} s`);
    demand(tracked.length === messages + photoFinish, `only ${tracked.length} could be tracked`);
    const isNot = (list: readonly Tracked[]) => (message: Tracked) => !list.includes(message);
    demandNone(
      silent.filter(isNot(expired)).map(show),
      "not reported false once, with the instant of expiry",
    );
    demandNone(early.filter(isNot(spared)).map(show), "reported in time, and not recorded true alone");
    demandNone(
      close.filter((_, index) => !["true", "false,true"].includes(finished[index] ?? "")).map(show),
      "reported at the moment of expiry, and not true in the end",
    );
    demandNone(
      caller.reported.filter((one) => !isPromise(one)).map(({ status }) => `${status}`),
      "refused",
    );
    const tooEarly = silent.filter((message) =>
      recordsOf(message).some(({ receivedAt }) => Date.parse(receivedAt) < message.expiresAt),
    );
    demandNone(tooEarly.map(show), "reported false before the time was up");
    demand(idle && counts.tracking === 0, `not at rest: ${JSON.stringify(counts)}`);
    return {
      figures: {
        tracked: tracked.length,
        reportedInTime: early.length,
        recordedTrueAlone: spared.length,
        expired: silent.length,
        recordedFalseOnce: expired.length,
        atTheMomentOfExpiry: close.length,
        ofThoseFalseFirst: finished.filter((outcomes) => outcomes === "false,true").length,
        latenessP50Seconds: toSeconds(quantile(lateness, 0.5)),
        latenessMaxSeconds: toSeconds(quantile(lateness, 1)),
      },
      wrong,
    } satisfies DrillResult;
  });
}

const toOutcome = ({ delivered }: RecordedReport) => String(delivered);
const toText = ({ delivered, timestamp }: RecordedReport) => `${delivered} of ${timestamp}`;

/** The instant as the sandbox shows it, because the wire has whole seconds. */
const toWire = (instant: number) => new Date(instant).toISOString().slice(0, 19).replace("T", " ");
