// The ledger's promises end to end: over HTTP to the Worker on workerd, and from there to Vonage.

import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { PROXY_KEY } from "../../support/local-stack.ts";
import { type LedgerStack, startLedgerStack } from "./ledger-stack.ts";
import {
  A_SHARD_EACH,
  type Answered,
  AS_JSON,
  BY_ALERTS,
  BY_SHOP,
  basic,
  type LedgerWorker,
  problemOf,
} from "./ledger-worker.ts";
import { createGate, type ScriptedVonage, type Trouble } from "./scripted-vonage.ts";

const BUDGET_MS = 1000;
const TIMEOUT_MS = 3000;
const WHEN = "2026-03-04 05:06:07";
const LATER = "2026-03-04 05:16:17";

let stack: LedgerStack;
let vonage: ScriptedVonage;
let worker: LedgerWorker;
let calls: LedgerStack["calls"];
beforeAll(async () => {
  stack = await startLedgerStack({
    LEDGER_SHARDS: A_SHARD_EACH,
    REPORT_BUDGET_MS: String(BUDGET_MS),
    UPSTREAM_TIMEOUT_MS: String(TIMEOUT_MS),
  });
  ({ vonage, worker, calls } = stack);
});
afterAll(() => stack.stop());

/** Waits until everything that was accepted of a message has arrived. */
const arrived = (messageId: string, count = 1) =>
  eventually(() => expect(vonage.reports(messageId)).toHaveLength(count));

/** The requests that Vonage must have seen of each message at the end, for the last test. */
const seen = new Map<string, readonly string[]>();

/** Expects these outcomes in the requests for a message. The last test expects that no more came. */
function expectAttempts(messageId: string, ...outcomes: readonly boolean[]) {
  seen.set(messageId, outcomes.map(String));
  expect(vonage.attempts(messageId).map(({ delivered }) => delivered)).toEqual(outcomes.map(String));
}

/** The log's line of a request. */
const loggedOf = ({ headers }: Answered) =>
  eventually(() => {
    const lines = worker.logs.map((line) => JSON.parse(line));
    const found = lines.filter(({ requestId }) => requestId === headers.get("x-request-id"));
    expect(found).toHaveLength(1);
    return found[0];
  });

const answerOf = ({ status, body }: Answered) => [status, body.status === status ? body.type : body.status];
const RECORDED = [200, "recorded"];
const DUPLICATE = [200, "duplicate"];
const ACCEPTED = [202, "accepted"];
const CONFLICT = [409, "urn:problem:vonage-conversion:conflict"];

/** Brings a message into a state with an outcome. Returns a function that releases an answer held back. */
const STATES: Record<string, (id: string, outcome: boolean) => Promise<() => void>> = {
  nothing: async () => () => {},
  tracking: async (id) => {
    expect((await calls.track({ messageId: id })).status).toBe(201);
    return () => {};
  },
  dead: async (id, outcome) => {
    vonage.script(id, { status: 422 });
    expect(problemOf(await calls.report(id, outcome, { timestamp: WHEN }))).toBe("upstream-rejected");
    return () => {};
  },
  sending: async (id, outcome) => {
    const gate = createGate();
    vonage.script(id, { answerAfter: gate.opened });
    expect(answerOf(await calls.report(id, outcome, { timestamp: WHEN }))).toEqual(ACCEPTED);
    return gate.open;
  },
  queued: async (id, outcome) => {
    vonage.script(id, { status: 429, headers: { "retry-after": "2" } });
    expect(answerOf(await calls.report(id, outcome, { timestamp: WHEN }))).toEqual(ACCEPTED);
    return () => {};
  },
  recorded: async (id, outcome) => {
    expect(answerOf(await calls.report(id, outcome, { timestamp: WHEN }))).toEqual(RECORDED);
    return () => {};
  },
};

describe.concurrent("one message, one outcome", () => {
  it.for<[string, boolean | null, boolean, (string | number)[], boolean[], boolean[]]>([
    // stored, its outcome, arrives, answer, all that Vonage saw, what Vonage recorded
    ["nothing", null, true, RECORDED, [true], [true]],
    ["nothing", null, false, RECORDED, [false], [false]],
    ["tracking", null, true, RECORDED, [true], [true]],
    ["tracking", null, false, RECORDED, [false], [false]],
    ["dead", true, true, RECORDED, [true, true], [true]],
    ["dead", true, false, RECORDED, [true, false], [false]],
    ["dead", false, true, RECORDED, [false, true], [true]],
    ["dead", false, false, RECORDED, [false, false], [false]],
    ["sending", true, true, ACCEPTED, [true], [true]],
    ["sending", false, false, ACCEPTED, [false], [false]],
    ["sending", false, true, ACCEPTED, [false, true], [false, true]],
    ["sending", true, false, CONFLICT, [true], [true]],
    ["queued", true, true, ACCEPTED, [true, true], [true]],
    ["queued", false, false, ACCEPTED, [false, false], [false]],
    ["queued", false, true, ACCEPTED, [false, true], [true]],
    ["queued", true, false, CONFLICT, [true, true], [true]],
    ["recorded", true, true, DUPLICATE, [true], [true]],
    ["recorded", true, false, CONFLICT, [true], [true]],
    ["recorded", false, true, RECORDED, [false, true], [false, true]],
    ["recorded", false, false, DUPLICATE, [false], [false]],
  ])("stored %s (%s), arrives %s: %j", async ([state, outcome, arrives, answer, attempts, records]) => {
    const id = `id-${state}-${outcome}-${arrives}`;
    const letGo = await STATES[state]?.(id, outcome ?? true);
    const before = vonage.attempts(id).length;
    const answered = await calls.report(id, arrives, { timestamp: LATER });
    expect(answerOf(answered)).toEqual(answer);
    // A duplicate or a conflict sends nothing. A report that waits sends later.
    if (answer !== RECORDED) expect(vonage.attempts(id)).toHaveLength(before);
    letGo?.();
    await arrived(id, records.length);
    expect(vonage.reports(id).map(({ delivered }) => delivered)).toEqual(records);
    expectAttempts(id, ...attempts);
    // A report that joins an earlier one takes its time; a report that is sent keeps its own.
    const joins = answer !== RECORDED && outcome === arrives;
    const last = joins || answer === CONFLICT ? WHEN : LATER;
    expect(vonage.reports(id).at(-1)?.timestamp).toBe(last);
    expect(vonage.attempts(id).at(-1)?.timestamp).toBe(last);
  });

  it("an id of the other channel is another message", async () => {
    expect(answerOf(await calls.report("id-both", true))).toEqual(RECORDED);
    expect(answerOf(await calls.report("id-both", false, { channel: "voice" }))).toEqual(RECORDED);
    expect(answerOf(await calls.report("id-both", false))).toEqual(CONFLICT);
    expect(answerOf(await calls.report("id-both", false, { channel: "voice" }))).toEqual(DUPLICATE);
    expect(vonage.reports("id-both").map(({ channel, delivered }) => [channel, delivered])).toEqual([
      ["sms", true],
      ["voice", false],
    ]);
    seen.set("id-both", ["true", "false"]);
  });

  it("a true that waits behind a false is what counts from then on", async () => {
    const gate = createGate();
    vonage.script("id-behind", { answerAfter: gate.opened });
    expect(answerOf(await calls.report("id-behind", false))).toEqual(ACCEPTED);
    expect(answerOf(await calls.report("id-behind", true, { timestamp: WHEN }))).toEqual(ACCEPTED);
    expect(answerOf(await calls.report("id-behind", true, { timestamp: LATER }))).toEqual(ACCEPTED);
    expect(answerOf(await calls.report("id-behind", false))).toEqual(CONFLICT);
    gate.open();
    await arrived("id-behind", 2);
    expect(vonage.reports("id-behind")[1]).toMatchObject({ delivered: true, timestamp: WHEN });
    expectAttempts("id-behind", false, true);
  });

  it("many at once with the same outcome are sent once", async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => calls.report("id-crowd", true)));
    const statuses = answers.map(({ body }) => body.status);
    expect(statuses.filter((status) => status === "recorded")).toHaveLength(1);
    expect(statuses.filter((status) => !/^(recorded|accepted|duplicate)$/.test(status))).toEqual([]);
    expectAttempts("id-crowd", true);
  });
});

describe.concurrent("within the budget", () => {
  it("200 says that Vonage has it", async () => {
    const gate = createGate();
    vonage.script("id-in-time", { answerAfter: gate.opened });
    setTimeout(gate.open, BUDGET_MS / 4);
    expect(answerOf(await calls.report("id-in-time", true))).toEqual(RECORDED);
    expectAttempts("id-in-time", true);
  });

  it("202 says that it is on its way, and it is recorded exactly once", async () => {
    const gate = createGate();
    vonage.script("id-slow", { answerAfter: gate.opened });
    const started = Date.now();
    const answered = await calls.report("id-slow", true);
    const took = Date.now() - started;
    expect(answerOf(answered)).toEqual(ACCEPTED);
    expect(took).toBeGreaterThanOrEqual(BUDGET_MS - 50);
    expect(took).toBeLessThan(TIMEOUT_MS);
    gate.open();
    await eventually(async () => expect(answerOf(await calls.report("id-slow", true))).toEqual(DUPLICATE));
    expectAttempts("id-slow", true);
    expect(await loggedOf(answered)).toMatchObject({ level: "info", outcome: "accepted", reason: "timeout" });
  });
});

describe.concurrent("when Vonage does not confirm", () => {
  const redirect = { location: "/conversions/sms" };
  it.for<[string, Trouble, string]>([
    ["answers 503", { status: 503, body: "<b>down</b>" }, "unavailable"],
    ["answers 429", { status: 429, headers: { "retry-after": "1" } }, "rate_limited"],
    ["answers 402", { status: 402, body: "<b>Bad Account Credentials</b>" }, "not_enabled"],
    ["answers 401", { status: 401, body: "<b>no</b>" }, "unauthorized"],
    ["answers what is not part of its API", { status: 418 }, "unexpected_response"],
    ["redirects", { status: 307, headers: redirect }, "unexpected_response"],
    ["drops the connection", "drop", "network"],
    ["hangs", "hang", "timeout"],
  ])("and %s: 202, and it arrives later, as it was reported", async ([what, trouble, reason]) => {
    const id = `id-${what.replaceAll(" ", "-")}`;
    vonage.script(id, trouble, ...(reason === "unavailable" ? [trouble] : []));
    const answered = await calls.report(id, true, { channel: "voice", timestamp: WHEN });
    expect(answerOf(answered)).toEqual(ACCEPTED);
    expect(answered.text).not.toContain("<b>");
    expect(vonage.reports(id)).toEqual([]);
    const operators = reason === "unauthorized" || reason === "not_enabled";
    expect(await loggedOf(answered)).toMatchObject({
      level: operators ? "error" : "info",
      outcome: "accepted",
      channel: "voice",
      caller: "key:shop",
      attempts: 1,
      reason,
      ...(operators && { hint: expect.stringMatching(/^2fa: Vonage (refuses|answers 402)/) }),
    });

    await arrived(id);
    expect(vonage.reports(id)).toMatchObject([{ channel: "voice", delivered: true, timestamp: WHEN }]);
    const attempts = vonage.attempts(id);
    expect(new Set(attempts.map(({ timestamp }) => timestamp))).toEqual(new Set([WHEN]));
    expectAttempts(id, ...(reason === "unavailable" ? [true, true, true] : [true, true]));
    await eventually(async () =>
      expect(answerOf(await calls.report(id, true, { channel: "voice" }))).toEqual(DUPLICATE),
    );
  });

  it("the moment of arrival is what every attempt says, where the caller gave none", async () => {
    vonage.script("id-no-time", { status: 500 }, { status: 500 });
    const before = Math.floor(Date.now() / 1000) * 1000;
    expect(answerOf(await calls.report("id-no-time", false))).toEqual(ACCEPTED);
    const after = Date.now();
    await arrived("id-no-time");
    const [first, ...others] = vonage.attempts("id-no-time").map(({ timestamp }) => timestamp);
    const instant = Date.parse(`${first?.replace(" ", "T")}Z`);
    expect(instant).toBeGreaterThanOrEqual(before);
    expect(instant).toBeLessThanOrEqual(after);
    expect(others).toEqual([first, first]);
    expectAttempts("id-no-time", false, false, false);
  });

  it("each kind of traffic goes with its own credentials, also later", async () => {
    vonage.script("id-others", { status: 503 });
    const headers = { ...BY_ALERTS, ...AS_JSON };
    expect(answerOf(await calls.report("id-others", true, { headers }))).toEqual(ACCEPTED);
    await arrived("id-others");
    expect(vonage.reports("id-others")[0]?.apiKey).toBe("07e40002");
    expectAttempts("id-others", true, true);
  });

  it.for([400, 420, 422, 423])(
    "%i refuses the parameters: 422, and nothing is sent again",
    async (status) => {
      const id = `id-${status}`;
      vonage.script(id, { status, body: "<b>message-id is wrong</b>" });
      const answered = await calls.report(id, true);
      expect([answered.status, problemOf(answered)]).toEqual([422, "upstream-rejected"]);
      expect(answered.text).not.toContain("<b>");
      expectAttempts(id, true);
    },
  );
});

describe.concurrent("an SDK", () => {
  const headers = { ...basic(PROXY_KEY.name, PROXY_KEY.key), accept: "*/*" };

  it("gets Vonage's empty 200 for what is recorded, known or accepted", async () => {
    vonage.script("id-sdk-later", { status: 503 });
    const gate = createGate();
    vonage.script("id-sdk-slow", { answerAfter: gate.opened });
    for (const id of ["id-sdk-now", "id-sdk-now", "id-sdk-later", "id-sdk-slow", "id-sdk-slow"]) {
      const answered = await calls.report(id, true, { headers });
      expect([answered.status, answered.text]).toEqual([200, ""]);
      expect(answered.headers.get("content-type")).toBe("text/plain");
    }
    gate.open();
    await arrived("id-sdk-later");
    expectAttempts("id-sdk-now", true);
    expectAttempts("id-sdk-later", true, true);
    expectAttempts("id-sdk-slow", true);
  });

  it("gets 409 as a problem for a conflict, and 422 for what Vonage refuses", async () => {
    await calls.report("id-sdk-conflict", true, { headers });
    const conflict = await calls.report("id-sdk-conflict", false, { headers });
    expect([conflict.status, problemOf(conflict)]).toEqual([409, "conflict"]);
    vonage.script("id-sdk-refused", { status: 420 });
    const refused = await calls.report("id-sdk-refused", true, { headers });
    expect([refused.status, problemOf(refused)]).toEqual([422, "upstream-rejected"]);
  });
});

describe.concurrent("a caller that hangs up", () => {
  it.for([
    ["while Vonage answers", undefined],
    ["while Vonage is down", { status: 503 }],
    ["while Vonage drops connections", "drop"],
  ] as const)("at once loses nothing, %s", async ([how, trouble]) => {
    const ids = Array.from({ length: 15 }, (_, index) => `id-gone-${how.replaceAll(" ", "-")}-${index}`);
    for (const id of ids) {
      if (trouble) vonage.script(id, trouble);
      // All that was sent arrives, and then the end of the connection.
      (await send(id)).destroy();
    }
    await Promise.all(ids.map((id) => arrived(id)));
    for (const id of ids) expectAttempts(id, ...(trouble ? [true, true] : [true]));
  });

  it.for([
    ["and answers", undefined],
    ["and answers 503", { status: 503 }],
  ] as const)("while Vonage thinks it over %s loses nothing", async ([how, trouble]) => {
    const ids = Array.from({ length: 5 }, (_, index) => `id-left-${how.replaceAll(" ", "-")}-${index}`);
    const gate = createGate();
    await Promise.all(
      ids.map(async (id) => {
        vonage.script(id, trouble ? { ...trouble, after: gate.opened } : { answerAfter: gate.opened });
        const socket = await send(id);
        await eventually(() => expect(vonage.attempts(id)).toHaveLength(1));
        socket.resetAndDestroy();
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    gate.open();
    await Promise.all(ids.map((id) => arrived(id)));
    for (const id of ids) {
      await eventually(async () => expect(answerOf(await calls.report(id, true))).toEqual(DUPLICATE));
      expectAttempts(id, ...(trouble ? [true, true] : [true]));
    }
  });

  /** Sends a whole request, and gives its connection before there can be an answer. */
  async function send(messageId: string): Promise<Socket> {
    const { hostname, port } = new URL(worker.url);
    const body = new URLSearchParams({ "message-id": messageId, delivered: "true" }).toString();
    const head = [
      "POST /conversions/sms HTTP/1.1",
      `host: ${hostname}`,
      `authorization: ${BY_SHOP.authorization}`,
      "content-type: application/x-www-form-urlencoded",
      `content-length: ${body.length}`,
    ];
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname).once("error", reject);
      socket.once("connect", () =>
        socket.write(`${head.join("\r\n")}\r\n\r\n${body}`, () => resolve(socket)),
      );
    });
  }
});

describe("when all is over", () => {
  it("nothing more has come to Vonage, and nothing is recorded twice", async () => {
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(seen.size).toBeGreaterThan(80);
    for (const [id, outcomes] of seen) {
      expect([id, vonage.attempts(id).map(({ delivered }) => delivered)]).toEqual([id, outcomes]);
      const recorded = vonage.reports(id).map(({ channel, delivered }) => `${channel} ${delivered}`);
      expect(new Set(recorded).size).toBe(recorded.length);
    }
  });

  it("the log has one line of JSON for each request and each deed of a shard, and no message in any", () => {
    for (const line of worker.logs) {
      const entry = JSON.parse(line);
      expect(entry.requestId ?? entry.shard).toEqual(expect.any(String));
      for (const id of seen.keys()) expect(line).not.toContain(id);
    }
    const events = worker.logs.map((line) => JSON.parse(line).event);
    expect(new Set(events)).toEqual(
      new Set([undefined, "breaker-opened", "breaker-closed", "throttled", "drained", "dead"]),
    );
  });
});
