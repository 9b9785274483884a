// The rows that each way through the ledger costs, by the platform's own counter; docs/ledger.md has the same numbers.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DiskWorker, startDiskWorker } from "../../support/disk-worker.ts";
import { eventually } from "../../support/eventually.ts";
import { bindingsFor } from "../../support/local-stack.ts";
import type { Billed } from "./ledger-rows-worker.ts";
import { callsOf } from "./ledger-worker.ts";
import { createGate, type ScriptedVonage, startScriptedVonage } from "./scripted-vonage.ts";

const HOUR_MS = 3_600_000;
/** So long that a busy machine confirms within it. */
const BUDGET_MS = 3000;
/** Messages of each way, so that what is shared shows. */
const MANY = 20;

let vonage: ScriptedVonage;
let worker: DiskWorker;
const storage = mkdtempSync(join(tmpdir(), "ledger-rows-"));
beforeAll(async () => {
  vonage = await startScriptedVonage();
  worker = await startDiskWorker({
    bindings: {
      ...bindingsFor(vonage.url),
      LEDGER_SHARDS: "1",
      REPORT_BUDGET_MS: String(BUDGET_MS),
      UPSTREAM_TIMEOUT_MS: "30000",
    },
    storage,
    entry: "test/e2e/contract/ledger-rows-worker.ts",
    // Without Insight nothing is counted.
    classes: { LEDGER: "Ledger", CHALLENGES: "Challenges", SEND_LIMITS: "SendLimits" },
  });
  // The first report of a shard makes its tables and sets the alarm for forgetting.
  await recorded("first");
});
afterAll(async () => {
  await worker.stop();
  await vonage.close();
  rmSync(storage, { recursive: true, force: true });
});

const calls = () => callsOf(worker);
const billed = async (): Promise<Billed> => (await calls().call("/billed")).body;
const idsOf = (name: string, count = MANY) => Array.from({ length: count }, (_, index) => `${name}-${index}`);
const inTurn = async (ids: readonly string[], work: (id: string) => Promise<unknown>) => {
  for (const id of ids) await work(id);
};
const recorded = async (id: string) => expect((await calls().report(id, true)).body.status).toBe("recorded");
const track = async (messageId: string) =>
  expect((await calls().track({ messageId, expiresIn: "3600" })).status).toBe(201);
const untilNone = (state: string) =>
  eventually(async () => expect((await calls().look("/stats")).body.reports[state]).toBe(0));

/** Changes the tables of the shard, while no Worker runs. */
function alter(...statements: string[]): void {
  const [file = ""] = readdirSync(join(storage, "Ledger")).filter((name) =>
    /^[0-9a-f]{64}\.sqlite$/.test(name),
  );
  const database = new DatabaseSync(join(storage, "Ledger", file));
  for (const statement of statements) database.exec(statement);
  database.close();
}

async function whileStopped(...statements: string[]): Promise<void> {
  // A report that was answered is on disk.
  await worker.kill();
  alter(...statements);
  await worker.restart();
}

/** Rows of each way until it is recorded, as measured; forgetting adds its own. */
const measured: Record<string, number> = {};
async function measure(way: string, ids: readonly string[], work: () => Promise<unknown>): Promise<Billed> {
  await billed();
  await work();
  const all = await billed();
  measured[way] = all.rowsWritten / ids.length;
  return all;
}

describe("the rows that a report costs", () => {
  it("are one if Vonage confirms it at once, and no alarm", async () => {
    const ids = idsOf("at-once");
    const { rowsWritten, alarms } = await measure("confirmed at once", ids, () => inTurn(ids, recorded));
    expect({ rowsWritten, alarms }).toEqual({ rowsWritten: MANY, alarms: 0 });
  });

  it("are none for a duplicate and for a conflict, and nothing is written for a caller who is refused", async () => {
    const ids = idsOf("at-once");
    const duplicates = await measure("a duplicate", ids, () =>
      inTurn(ids, async (id) => expect((await calls().report(id, true)).body.status).toBe("duplicate")),
    );
    const conflicts = await measure("a conflict", ids, () =>
      inTurn(ids, async (id) => expect((await calls().report(id, false)).status).toBe(409)),
    );
    for (const { rowsWritten, alarms } of [duplicates, conflicts]) {
      expect({ rowsWritten, alarms }).toEqual({ rowsWritten: 0, alarms: 0 });
    }
  });

  it("are three if Vonage confirms it after its caller was answered 202", async () => {
    const gate = createGate();
    const ids = idsOf("late");
    for (const id of ids) vonage.script(id, { answerAfter: gate.opened });
    const { alarms } = await measure("confirmed after the budget", ids, async () => {
      await Promise.all(
        ids.map(async (id) => expect((await calls().report(id, true)).body.status).toBe("accepted")),
      );
      gate.open();
      await untilNone("sending");
    });
    expect(measured["confirmed after the budget"]).toBe(3);
    expect(alarms).toBeLessThanOrEqual(1);
  });

  it("are five if its message is tracked, for the note that its expiry must not contradict it", async () => {
    const ids = idsOf("tracked");
    await track("sets the alarm");
    const { alarms } = await measure("tracked, then confirmed", ids, async () => {
      await inTurn(ids, track);
      await inTurn(ids, recorded);
    });
    expect(measured["tracked, then confirmed"]).toBe(5);
    expect(alarms).toBe(0);
  });

  it("are five if its message expires", async () => {
    const ids = idsOf("expires");
    await measure("tracked, then expired", ids, () => inTurn(ids, track));
    const tracked = measured["tracked, then expired"] ?? Number.NaN;
    await whileStopped(`UPDATE reports SET due = ${Date.now()} WHERE message_id LIKE 'expires-%'`);
    const { alarms } = await measure("tracked, then expired", ids, async () => {
      await eventually(() => expect(ids.every((id) => vonage.reports(id).length === 1)).toBe(true));
      await untilNone("sending");
    });
    expect(alarms).toBeLessThanOrEqual(6);
    measured["tracked, then expired"] = (measured["tracked, then expired"] ?? Number.NaN) + tracked;
    expect(measured["tracked, then expired"]).toBe(5);
  });

  it("are five, and three alarms at most, if it is retried once", async () => {
    const ids = idsOf("retried", 1);
    for (const id of ids) vonage.script(id, { status: 503 });
    const { alarms } = await measure("retried once", ids, async () => {
      for (const id of ids) expect((await calls().report(id, true)).body.status).toBe("accepted");
      await untilNone("queued");
      await untilNone("sending");
    });
    expect(measured["retried once"]).toBe(5);
    expect(alarms).toBeLessThanOrEqual(3);
  });

  it("are one more when it is forgotten, in any state, and few for the look itself", async () => {
    const { recorded: count } = (await calls().look("/stats")).body.reports;
    expect(count).toBeGreaterThan(4 * MANY);
    await whileStopped(
      `UPDATE reports SET due = ${Date.now() - HOUR_MS} WHERE state = 'recorded'`,
      `UPDATE forgetting SET at = ${Date.now() - HOUR_MS}`,
    );
    const { rowsWritten } = await measure("forgotten", idsOf("", count), async () => {
      await untilNone("recorded");
    });
    expect(rowsWritten - count).toBeLessThanOrEqual(4);
    measured.forgotten = Math.floor(rowsWritten / count);
    expect(measured.forgotten).toBe(1);
  });

  it("are read a few at a time, however many are stored: by a report, and by a shard that wakes", async () => {
    const few = await measureReads();
    const row = "'sms', 'filled-' || n, '2fa'";
    const numbers =
      "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 50000)";
    const later = Date.now() + HOUR_MS;
    await whileStopped(
      `${numbers} INSERT INTO reports SELECT ${row}, CASE n % 3 WHEN 0 THEN 'recorded' WHEN 1 THEN 'queued' ELSE 'dead' END,
       1, ${later}, ${later}, ${later}, 1, NULL, NULL, NULL FROM numbers`,
      `${numbers.replace("50000", "20000")} INSERT INTO reports SELECT 'voice', 'tracked-' || n, '2fa', 'tracking',
       NULL, NULL, ${later}, ${later}, 0, NULL, NULL, NULL FROM numbers`,
    );
    const many = await measureReads();
    expect(many.report).toBeLessThanOrEqual(few.report + 2);
    expect(many.wake).toBeLessThanOrEqual(few.wake + 40);
    expect(many.wake).toBeLessThan(100);
  });

  /** Rows read by the start of an instance, and by each report. */
  async function measureReads() {
    await whileStopped("DELETE FROM forgetting", `INSERT INTO forgetting VALUES (${Date.now() + HOUR_MS})`);
    const ids = idsOf(`reads-${Date.now()}`);
    const { rowsRead: wake } = await billed();
    await inTurn(ids, recorded);
    const { rowsRead } = await billed();
    return { wake, report: rowsRead / ids.length };
  }

  it("are those of the table in docs/ledger.md, which counts forgetting in", () => {
    const page = readFileSync("docs/ledger.md", "utf8");
    const [, table = ""] = /\| a report \| rows written \|\n\| --- \| --- \|\n((?:\|.*\n)+)/.exec(page) ?? [];
    const told = [...table.matchAll(/^\| (.+?) \| (\d+) \|$/gm)].map(([, way = "", rows]) => [
      way,
      Number(rows),
    ]);
    const isKept = (way: string) => !["a duplicate", "a conflict"].includes(way);
    const expected = Object.entries(measured)
      .filter(([way]) => way !== "forgotten")
      .map(([way, rows]) => [way, isKept(way) ? rows + (measured.forgotten ?? Number.NaN) : rows]);
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(expected));
    // The costs of a month follow from these.
    const perReport = expected.find(([way]) => way === "confirmed at once")?.[1];
    const [, ofMillions = ""] = /^\| rows written.*\| ([\d ]+) \|$/m.exec(page) ?? [];
    expect(Number(ofMillions.replaceAll(" ", ""))).toBe(Number(perReport) * 1000 - 50);
  });
});
