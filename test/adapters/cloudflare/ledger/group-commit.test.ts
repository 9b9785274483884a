import { afterEach, describe, expect, it, vi } from "vitest";
import { createGroupCommit } from "../../../../adapters/cloudflare/ledger/group-commit.ts";

afterEach(() => {
  vi.useRealTimers();
});

/** Records the number of works of each transaction, on a disk whose speed the test sets. */
function createDisk() {
  const transactions: number[] = [];
  let syncs: (() => void)[] | undefined;
  let works = 0;
  const commit = createGroupCommit(
    (work) => {
      works = 0;
      work();
      transactions.push(works);
      syncs ??= [];
    },
    async () => {
      // Like storage.sync(): resolves at once if nothing is on its way to disk.
      if (syncs !== undefined) await new Promise<void>((resolve) => syncs?.push(resolve));
    },
  );
  const write = () => commit(() => ++works);
  const sync = () => {
    const waiting = syncs ?? [];
    syncs = undefined;
    for (const done of waiting) done();
  };
  return { transactions, write, sync };
}

describe("a group commit", () => {
  it("needs no timer, because an object's timers stop after the clock has gone back", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "Date"] });
    const { transactions, write, sync } = createDisk();
    await write();
    const more = Promise.all([write(), write()]);
    sync();
    await more;
    sync();
    await write();
    expect(transactions).toEqual([1, 2, 1]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("joins the work of one turn, and work that arrives during the last commit", async () => {
    const { transactions, write, sync } = createDisk();
    const first = Promise.all(Array.from({ length: 20 }, () => write()));
    await first;
    const second: Promise<unknown>[] = [];
    for (let index = 0; index < 30; index++) {
      second.push(write());
      await new Promise((resolve) => setImmediate(resolve));
    }
    sync();
    await Promise.all(second);
    expect(transactions).toEqual([20, 30]);
  });

  it("waits for a commit only until it is on disk", async () => {
    const { transactions, write, sync } = createDisk();
    await write();
    sync();
    await write();
    expect(transactions).toEqual([1, 1]);
    let done = false;
    const third = write().then(() => {
      done = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toBe(false);
    sync();
    await third;
  });

  it("begins at once if nothing is on its way to disk, so that a single report does not wait", async () => {
    const { transactions, write } = createDisk();
    void write();
    for (let turn = 0; turn < 5; turn++) await undefined;
    expect(transactions).toEqual([1]);
  });

  it("continues after a commit that failed on its way to disk", async () => {
    let syncs = 0;
    const commit = createGroupCommit(
      (work) => work(),
      () => (++syncs === 1 ? Promise.reject(new Error("The disk cannot write.")) : Promise.resolve()),
    );
    expect(await commit(() => 1)).toBe(1);
    expect(await commit(() => 2)).toBe(2);
  });

  it("rejects all work of a failed transaction, and continues with the next", async () => {
    let breaks = true;
    const commit = createGroupCommit((work) => {
      work();
      if (breaks) throw new Error("The disk cannot write.");
    });
    const both = await Promise.allSettled([commit(() => 1), commit(() => 2)]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    breaks = false;
    expect(await commit(() => 3)).toBe(3);
  });
});
