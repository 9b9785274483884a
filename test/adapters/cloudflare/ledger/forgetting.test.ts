import { describe, expect, it } from "vitest";
import { createForgetting, type Forgetting } from "../../../../adapters/cloudflare/ledger/forgetting.ts";
import { createStore } from "../../../../adapters/cloudflare/ledger/store.ts";
import type { Row } from "../../../../src/ledger/row.ts";
import { createMemorySql } from "../../../support/memory-sql.ts";

const HOUR = 3_600_000;
const KEEP = 48 * HOUR;
const EVERY = KEEP / 24;
const ROWS_PER_SLICE = 500;
const START = 1_780_315_200_000;

/** A store with its own disk, and a clock that the test sets. */
function createPlace() {
  const database = createMemorySql();
  const clock = { now: START };
  const now = () => clock.now;
  const open = () => {
    const store = createStore(database.sql, database.transact);
    return { store, forgetting: createForgetting({ store, now }, { keepRecorded: KEEP }) };
  };
  /** The number of rows that each transaction removed. */
  const removed: number[] = [];
  const count = () => Number(database.all("SELECT count(*) AS n FROM reports")[0]?.n);
  const commit = async <T>(work: () => T): Promise<T> => {
    const before = count();
    const result = work();
    removed.push(before - count());
    return result;
  };
  let made = 0;
  const fill = (store: ReturnType<typeof createStore>, rows: number, more: Partial<Row> = {}) => {
    database.sql.exec("BEGIN");
    for (let row = 0; row < rows; row++) {
      store.write(undefined, {
        ...{ channel: "sms", messageId: `${(Math.imul(made, 0x9e3779b1) >>> 0).toString(36)}-${made++}` },
        ...{ traffic: "2fa", state: "recorded", delivered: true, occurredAt: START, due: START + HOUR },
        ...{ since: START, attempts: 1, reason: null, successor: null },
        ...more,
      });
    }
    database.sql.exec("COMMIT");
  };
  return { clock, open, removed, count, commit, fill };
}

/** Wakes up as often as requested within some seconds. */
async function forget(
  forgetting: Forgetting,
  clock: { now: number },
  commit: <T>(work: () => T) => Promise<T>,
): Promise<void> {
  for (const end = clock.now + 10_000; (forgetting.next() ?? end) < end; ) {
    clock.now = Math.max(clock.now, forgetting.next() ?? 0);
    await forgetting.run(commit);
  }
}

describe("forgetting recorded reports", () => {
  it("deletes in slices, so that a new report waits for few rows", async () => {
    const { clock, open, removed, count, commit, fill } = createPlace();
    fill(open().store, 20_000);
    const { forgetting, store } = open();
    expect(store.counts()).toMatchObject([{ reports: 20_000, attempts: 20_000 }]);
    clock.now = START + HOUR;
    await forget(forgetting, clock, commit);
    expect(count()).toBe(0);
    expect(Math.max(...removed)).toBeLessThanOrEqual(ROWS_PER_SLICE);
    expect(store.counts()).toEqual([]);
    expect(forgetting.next()).toBeUndefined();
  });

  it("is spread over many wake-ups with pauses, so that a new report waits for few slices", async () => {
    const { clock, open, removed, count, commit, fill } = createPlace();
    fill(open().store, 6000);
    fill(open().store, 6000, { due: START + 30 * HOUR });
    const { forgetting } = open();
    clock.now = START + HOUR;
    let wakeUps = 0;
    for (let next = clock.now; next <= START + HOUR + 10_000; next = forgetting.next() ?? Number.NaN) {
      clock.now = next;
      const before = removed.length;
      await forgetting.run(commit);
      expect(removed.length - before).toBeLessThanOrEqual(6);
      if (forgetting.next() !== START + 30 * HOUR) expect(forgetting.next()).toBeGreaterThan(clock.now);
      wakeUps++;
    }
    expect(wakeUps).toBe(5);
    expect(count()).toBe(6000);
    // Each row was read once: 24 slices and the end.
    expect(removed).toHaveLength(25);
    expect(forgetting.next()).toBe(START + 30 * HOUR);
  });

  it("leaves rows that are not due or not recorded", async () => {
    const { clock, open, count, commit, fill } = createPlace();
    const { store } = open();
    fill(store, 10);
    fill(store, 7, { due: START + 3 * HOUR });
    for (const state of ["queued", "dead", "sending"] as const) fill(store, 2, { state, due: START });
    const { forgetting } = open();
    clock.now = START + HOUR;
    await forget(forgetting, clock, commit);
    expect(count()).toBe(7 + 6);
    const next = forgetting.next() ?? Number.NaN;
    expect(next).toBe(clock.now + EVERY);
    clock.now = next;
    await forget(forgetting, clock, commit);
    expect(count()).toBe(6);
  });

  it("limits its looks in the life of a row, and looks at once at rows of an earlier version", async () => {
    const { clock, open, commit, fill } = createPlace();
    fill(open().store, 10, { due: START + KEEP });
    let { forgetting, store } = open();
    expect(forgetting.next()).toBe(START);
    let looks = 0;
    for (; forgetting.next() !== undefined; looks++) {
      clock.now = forgetting.next() ?? Number.NaN;
      await forget(forgetting, clock, commit);
      // Instances are short-lived, so the next one must know when to look.
      ({ forgetting, store } = open());
      if (looks < 20) fill(store, 1, { due: clock.now + KEEP });
      if (looks < 20) forgetting.recorded(clock.now + KEEP);
    }
    expect(looks).toBeLessThanOrEqual(1 + 24 + 21);
    expect(store.isEmpty()).toBe(true);
  });

  it("keeps a row no longer because it was recorded while the clock was ahead", async () => {
    const { clock, open, count, commit, fill } = createPlace();
    const { store } = open();
    clock.now = START + 1000 * HOUR;
    fill(store, 3, { due: clock.now + KEEP });
    open().forgetting.recorded(clock.now + KEEP);
    clock.now = START;
    const { forgetting } = open();
    expect(forgetting.next()).toBeLessThanOrEqual(START + KEEP);
    for (let at = START; at <= START + 2 * KEEP + EVERY; at += EVERY) {
      clock.now = at;
      await forget(forgetting, clock, commit);
    }
    expect(count()).toBe(0);
  });
});
