// The rows that counting adds to each way through the ledger, by the platform's own counter; docs/insight.md has the
// same numbers.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DiskWorker, startDiskWorker } from "../../support/disk-worker.ts";
import { bindingsFor } from "../../support/local-stack.ts";
import type { Billed } from "./ledger-rows-worker.ts";
import { callsOf } from "./ledger-worker.ts";
import { type ScriptedVonage, startScriptedVonage } from "./scripted-vonage.ts";

/** Messages of each way. */
const MANY = 20;
/** Of a flush: what Insight has acknowledged. */
const FLUSHES = 2;

let vonage: ScriptedVonage;
let worker: DiskWorker;
const storage = mkdtempSync(join(tmpdir(), "insight-rows-"));
beforeAll(async () => {
  vonage = await startScriptedVonage();
  worker = await startDiskWorker({
    bindings: { ...bindingsFor(vonage.url), LEDGER_SHARDS: "1", UPSTREAM_TIMEOUT_MS: "20000" },
    storage,
    entry: "test/e2e/contract/ledger-rows-worker.ts",
  });
  await callsOf(worker).report("first", true);
});
afterAll(async () => {
  await worker.stop();
  await vonage.close();
  rmSync(storage, { recursive: true, force: true });
});

const billed = async (): Promise<Billed> => (await callsOf(worker).call("/billed")).body;
const track = async (messageId: string) =>
  expect((await callsOf(worker).track({ messageId, country: "GB" })).status).toBe(201);
const recorded = async (id: string) =>
  expect((await callsOf(worker).report(id, true)).body.status).toBe("recorded");

async function measure(name: string, work: (ids: readonly string[]) => Promise<unknown>): Promise<number> {
  await billed();
  await work(Array.from({ length: MANY }, (_, index) => `${name}-${index}`));
  return (await billed()).rowsWritten;
}

describe("the rows that counting adds", () => {
  it("are one for a report, and two for a tracked message and its report, if nothing else arrives", async () => {
    const reports = await measure("alone", async (ids) => {
      for (const id of ids) await recorded(id);
    });
    // One row is the report's own.
    expect(reports - MANY).toBeGreaterThanOrEqual(MANY);
    expect(reports - MANY).toBeLessThanOrEqual(MANY + FLUSHES);
    const tracked = await measure("tracked", async (ids) => {
      for (const id of ids) {
        await track(id);
        await recorded(id);
      }
    });
    // Five are those of a tracked message without counting.
    expect(tracked - 5 * MANY).toBeGreaterThanOrEqual(2 * MANY);
    expect(tracked - 5 * MANY).toBeLessThanOrEqual(2 * MANY + FLUSHES);
  });

  it("are fewer under load, since those of one commit share them", async () => {
    const reports = await measure("load", (ids) => Promise.all(ids.map(recorded)));
    expect(reports - MANY).toBeLessThan(MANY);
  });

  it("are those of docs/insight.md", () => {
    const page = readFileSync("docs/insight.md", "utf8");
    expect(page).toMatch(/\| confirmed at once \| 1 \|\n\| tracked, then confirmed or expired \| 2 \|/);
  });
});
