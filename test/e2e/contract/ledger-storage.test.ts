// The ledger's storage: another number of shards, a full disk, unreadable rows.

import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type DiskWorker, startDiskWorker } from "../../support/disk-worker.ts";
import { eventually } from "../../support/eventually.ts";
import { bindingsFor } from "../../support/local-stack.ts";
import { type Answered, callsOf, type Parameters, problemOf, startLedgerWorker } from "./ledger-worker.ts";
import { type ScriptedVonage, startScriptedVonage } from "./scripted-vonage.ts";

const WHEN = "2026-03-04 05:06:07";
const idsOf = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${name}-${index}`);

let vonage: ScriptedVonage;
const folder = mkdtempSync(join(tmpdir(), "ledger-storage-"));
const running: DiskWorker[] = [];
beforeAll(async () => {
  vonage = await startScriptedVonage();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});
afterAll(async () => {
  await vonage.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a Worker on a storage of this name. */
async function start(name: string, bindings: Parameters, fileSizeLimit?: number) {
  const worker = await startDiskWorker({
    bindings: { ...bindingsFor(vonage.url), ...bindings },
    storage: join(folder, name),
    ...(fileSizeLimit !== undefined && { fileSizeLimit }),
  });
  running.push(worker);
  return { ...callsOf(worker), worker };
}

/** Changes the tables of all shards of the ledger while no Worker runs. Returns the number of changed rows. */
function alter(name: string, statement: string, ...values: (string | number | null)[]): number {
  const files = readdirSync(join(folder, name), { recursive: true, encoding: "utf8" });
  let changes = 0;
  for (const file of files.filter(
    (one) => one.endsWith(".sqlite") && one.includes("Ledger") && !one.includes("metadata"),
  )) {
    const database = new DatabaseSync(join(folder, name, file));
    changes += Number(database.prepare(statement).run(...values).changes);
    database.close();
  }
  return changes;
}

const idsIn = (pages: readonly { messageId: string }[][]) =>
  pages
    .flat()
    .map(({ messageId }) => messageId)
    .sort();
const attemptsOf = (id: string) => vonage.attempts(id).map(({ delivered }) => delivered);

describe("another number of shards", () => {
  const tracked = idsOf("tracked", 30);
  const recorded = idsOf("recorded", 20);
  const denied = idsOf("denied", 10);
  const dead = idsOf("dead", 10);
  beforeAll(async () => {
    const { track, report, look } = await start("four", { LEDGER_SHARDS: "4" });
    await Promise.all(tracked.map((messageId) => track({ messageId, expiresIn: "3600" })));
    for (const id of dead) vonage.script(id, { status: 422 });
    for (const id of recorded) expect((await report(id, true)).body).toEqual({ status: "recorded" });
    for (const id of denied) expect((await report(id, false)).body).toEqual({ status: "recorded" });
    for (const id of dead) expect((await report(id, true)).status).toBe(422);
    // A caller is answered before the end of its request is on disk.
    await eventually(async () => expect((await look("/stats")).body.reports.sending).toBe(0));
    await running.pop()?.stop();
  });

  it.each(["7,4", "2,4"])("%s: every message finds its row, and expires but once", async (shards) => {
    const name = `after-${shards}`;
    cpSync(join(folder, "four"), join(folder, name), { recursive: true });
    const { worker, list, track, report, retry, look } = await start(name, { LEDGER_SHARDS: shards });
    // Requests of each layout are counted from here.
    const before = new Map(
      [...tracked, ...recorded, ...denied, ...dead].map((id) => [id, attemptsOf(id).length]),
    );
    const since = (id: string) => attemptsOf(id).slice(before.get(id) ?? 0);

    expect((await look("/health")).body.ledger).toEqual({ shards: Number(shards[0]) });
    expect(idsIn(await list("tracking", 7))).toEqual([...tracked].sort());
    expect(idsIn(await list("recorded", 7))).toEqual([...recorded, ...denied].sort());
    expect(idsIn(await list("dead", 7))).toEqual([...dead].sort());

    // Recorded outcomes are known.
    const answersTo = async (ids: readonly string[], delivered: boolean) =>
      new Set((await Promise.all(ids.map((id) => report(id, delivered)))).map(({ body }) => body.status));
    expect(await answersTo(recorded, true)).toEqual(new Set(["duplicate"]));
    expect(await answersTo(recorded, false)).toEqual(new Set([409]));
    expect(await answersTo(denied, false)).toEqual(new Set(["duplicate"]));
    expect([...recorded, ...denied].flatMap(since)).toEqual([]);

    // A dead report can be sent again, and a message that is tracked again stays one message.
    const [again = "", ...stillDead] = dead;
    expect((await retry("sms", again)).status).toBe(202);
    await eventually(() => expect(since(again)).toEqual(["true"]));
    const [twice = ""] = tracked;
    expect((await track({ messageId: twice, expiresIn: "7200" })).status).toBe(201);

    // Half of what was tracked is reported; new messages join them.
    const inTime = tracked.slice(15);
    const late = tracked.slice(0, 15);
    const fresh = idsOf(`fresh-${shards}`, 20);
    const freshInTime = fresh.slice(10);
    await Promise.all(fresh.map((messageId) => track({ messageId, expiresIn: "3600" })));
    expect(await answersTo([...inTime, ...freshInTime], true)).toEqual(new Set(["recorded"]));
    const awaited = [...late, ...fresh.slice(0, 10)].sort();
    expect(idsIn(await list("tracking"))).toEqual(awaited);
    const settled = [...recorded, ...denied, ...inTime, ...freshInTime, again].sort();
    await eventually(async () => expect(idsIn(await list("recorded"))).toEqual(settled));
    const { reports } = (await look("/stats")).body;
    expect(reports).toMatchObject({ tracking: awaited.length, dead: stillDead.length, unreadable: 0 });

    // An hour goes by.
    await worker.stop();
    const expiry = Math.floor(Date.now() / 1000) * 1000 - 60_000;
    const due = "UPDATE reports SET due = ? WHERE state = 'tracking'";
    expect(alter(name, due, expiry)).toBe(awaited.length);
    const restarted = await start(name, { LEDGER_SHARDS: shards });
    await restarted.look("/stats");
    await eventually(async () => expect(idsIn(await restarted.list("tracking"))).toEqual([]));
    await eventually(async () => expect(idsIn(await restarted.list("sending"))).toEqual([]));
    for (const id of awaited) {
      expect([id, since(id)]).toEqual([id, ["false"]]);
      const { timestamp } = vonage.attempts(id).at(-1) ?? {};
      expect(timestamp).toBe(new Date(expiry).toISOString().replace("T", " ").slice(0, 19));
    }
    for (const id of [...inTime, ...freshInTime]) expect([id, since(id)]).toEqual([id, ["true"]]);
  });
});

describe("a disk that is full", () => {
  it("answers 503 for messages that it does not accept, keeps all others, and accepts the refused ones later", async () => {
    const { worker, report, track } = await start("full", { LEDGER_SHARDS: "1" }, 240);
    const ids = idsOf("full", 480);
    const isTracked = (index: number) => index % 4 === 2;
    const send = (id: string, index: number, one = { report, track }) =>
      isTracked(index) ? one.track({ messageId: id }) : one.report(id, true, { timestamp: WHEN });
    const answers: Answered[] = [];
    for (let first = 0; first < ids.length; first += 20) {
      const some = ids.slice(first, first + 20);
      // Every fourth has to wait in the ledger.
      for (const [index, id] of some.entries()) if (index % 4 === 3) vonage.script(id, { status: 503 });
      answers.push(...(await Promise.all(some.map((id, index) => send(id, index)))));
    }
    const taken = ids.filter((_, index) => (answers[index]?.status ?? 0) < 300);
    const refused = ids.filter((id) => !taken.includes(id));
    expect(taken.length).toBeGreaterThan(100);
    expect(refused.length).toBeGreaterThan(20);
    for (const answered of answers.filter(({ status }) => status >= 300)) {
      expect([answered.status, problemOf(answered)]).toEqual([503, "ledger-unavailable"]);
      expect(answered.headers.get("retry-after")).toBe("1");
    }
    await worker.stop();

    const after = await start("full", { LEDGER_SHARDS: "1" });
    const inLedger = idsIn(await after.list("tracking"));
    // A refused message may be there as well, but only as a whole: a write that fails late may have reached the disk.
    expect(inLedger).toEqual(expect.arrayContaining(taken.filter((id) => isTracked(ids.indexOf(id)))));
    expect(ids).toEqual(expect.arrayContaining(inLedger));
    expect((await after.list("unreadable")).flat()).toEqual([]);
    const arrived = (id: string) => expect([id, vonage.reports(id).length > 0]).toEqual([id, true]);
    await eventually(() => {
      for (const id of taken) if (!isTracked(ids.indexOf(id))) arrived(id);
    });

    for (const id of refused) {
      const { status } = await send(id, ids.indexOf(id), after);
      expect([id, status < 300]).toEqual([id, true]);
    }
    await eventually(() => {
      for (const id of refused) if (!isTracked(ids.indexOf(id))) arrived(id);
    });
    const outcomes = ids.flatMap((id) => attemptsOf(id));
    expect(new Set(outcomes)).toEqual(new Set(["true"]));
    expect((await after.look("/stats")).body.reports).toMatchObject({
      tracking: ids.length / 4,
      dead: 0,
      unreadable: 0,
    });
  }, 60_000);

  it("at LEDGER_MAX_MB serves known messages, and accepts no new ones", async () => {
    const worker = await startLedgerWorker(vonage.url, { LEDGER_SHARDS: "1", LEDGER_MAX_MB: "1" });
    const { track, report, list, look, retry } = callsOf(worker);
    // Ids of 512 bytes fill it quickly.
    const long = (index: number) => `${index} ${"🔑".repeat(120)}`;
    let filled = 0;
    for (let answers: Answered[] = []; answers.every(({ status }) => status === 201); filled += 50) {
      expect(filled).toBeLessThan(2000);
      answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) => track({ messageId: long(filled + index) })),
      );
      for (const one of answers) if (one.status !== 201) expect(problemOf(one)).toBe("ledger-unavailable");
    }
    expect(filled).toBeGreaterThan(200);
    for (const id of idsOf("new", 70)) {
      const refused = await report(id, true);
      expect([refused.status, problemOf(refused)]).toEqual([503, "ledger-unavailable"]);
      expect(refused.headers.get("retry-after")).toBe("1");
      expect(vonage.attempts(id)).toEqual([]);
    }

    expect((await report(long(0), true)).body).toEqual({ status: "recorded" });
    expect((await report(long(0), true)).body).toEqual({ status: "duplicate" });
    expect(problemOf(await report(long(0), false))).toBe("conflict");
    expect((await track({ messageId: long(1), expiresIn: "60" })).status).toBe(201);
    expect(problemOf(await retry("sms", long(1)))).toBe("nothing-to-retry");
    const tracked = (await look("/stats")).body.reports.tracking;
    expect(idsIn(await list("tracking"))).toHaveLength(tracked);
    expect(worker.logs.join()).toContain("is full (LEDGER_MAX_MB)");
    await worker.stop();
  }, 60_000);
});

describe("unreadable rows", () => {
  const past = Date.now() - 60_000;
  const future = Date.now() + 3_600_000;
  const columns = [
    "channel",
    "message_id",
    "traffic",
    "state",
    "delivered",
    "occurred_at",
    "due",
    "since",
    "attempts",
    "reason",
    "successor",
    "facts",
  ];
  const good = {
    channel: "sms",
    traffic: "2fa",
    state: "queued",
    delivered: 1,
    occurred_at: past,
    due: past,
    since: past,
    attempts: 1,
    reason: null,
    successor: null,
    facts: null,
  };
  const broken: Record<string, Partial<Record<keyof typeof good, string | number | null>>> = {
    "unknown state": { state: "flying" },
    "no state": { state: "" },
    "unknown state, other traffic": { state: "flying", traffic: "other" },
    "unknown traffic": { traffic: "ads" },
    "unknown channel": { channel: "fax" },
    "unknown outcome": { delivered: 7 },
    "no outcome": { delivered: null },
    "an outcome while it is awaited": { state: "tracking" },
    "an outcome of a begun one": { state: "sending", delivered: -1 },
    "a time beyond all dates": { occurred_at: 9e15 },
    "a successor beyond all dates": { successor: 9e15 },
  };

  it("are quarantined, counted and listed, and the shard works on", async () => {
    const first = await start("broken", { LEDGER_SHARDS: "1" });
    expect((await first.report("before", true)).body.status).toBe("recorded");
    await first.worker.stop();
    const insert = `INSERT INTO reports VALUES (${columns.map(() => "?").join(", ")})`;
    const put = (messageId: string, changes: object) => {
      const row: Record<string, string | number | null> = { ...good, ...changes, message_id: messageId };
      expect(alter("broken", insert, ...columns.map((name) => row[name] ?? null))).toBe(1);
    };
    for (const [id, changes] of Object.entries(broken)) put(id, changes);
    put("good", {});
    for (const [traffic, gate] of [
      ["2fa", '{"closedBy":"outage"}'],
      ["other", "{"],
    ] as const) {
      alter("broken", "INSERT OR REPLACE INTO gates VALUES (?, ?)", traffic, gate);
    }
    put("recorded", { state: "recorded", delivered: 7, due: future });

    const { list, look, report, retry, worker } = await start("broken", { LEDGER_SHARDS: "1" });
    await look("/stats");
    await eventually(() => expect(attemptsOf("good")).toEqual(["true"]));
    const quarantined = Object.keys(broken);
    await eventually(async () => expect(idsIn(await list("unreadable", 2))).toEqual([...quarantined].sort()));
    // Rows that are not due are checked when they are listed.
    await eventually(async () => expect(idsIn(await list("recorded", 1))).toEqual(["before", "good"]));
    quarantined.push("recorded");

    const listed = (await list("unreadable", 2)).flat() as unknown as Parameters[];
    expect(idsIn([listed] as never)).toEqual([...quarantined].sort());
    for (const one of listed) {
      expect(Object.keys(one).sort()).toEqual(["channel", "messageId", "raw", "since", "state"]);
      expect(one.state).toBe("unreadable");
      const id = one.messageId ?? "";
      const changes = id === "recorded" ? { state: "recorded", delivered: 7, due: future } : broken[id];
      const { due, ...raw } = JSON.parse(one.raw ?? "");
      expect({ ...raw, due }).toEqual({ ...good, ...changes, message_id: id, due });
      // A new instance looks at once after all that was under way.
      if (raw.state !== "sending") expect(due).toBe(id === "recorded" ? future : past);
    }
    const { reports } = (await look("/stats")).body;
    expect(reports).toEqual({
      tracking: 0,
      sending: 0,
      queued: 0,
      recorded: 2,
      dead: 0,
      unreadable: quarantined.length,
    });

    // The ledger treats such a message as unknown.
    for (const id of quarantined) expect([id, attemptsOf(id)]).toEqual([id, []]);
    expect(problemOf(await retry("sms", "unknown outcome"))).toBe("not-found");
    expect((await report("unknown outcome", false)).body).toEqual({ status: "recorded" });
    expect(attemptsOf("unknown outcome")).toEqual(["false"]);
    await eventually(async () =>
      expect((await look("/stats")).body.reports).toMatchObject({
        recorded: 3,
        unreadable: quarantined.length,
      }),
    );
    expect([...worker.logs, ...worker.errors].join()).not.toMatch(/unknown outcome|"raw"/);
  });
});
