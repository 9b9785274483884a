import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConversionErrorCode } from "../../src/client/errors.ts";
import type { Ended, LedgerEvent, LedgerRules, Step } from "../../src/ledger/events.ts";
import { step } from "../../src/ledger/machine.ts";
import { type MessageKey, parseRow, type Row, toStored } from "../../src/ledger/row.ts";
import { longestWaitFor } from "../../src/ledger/schedule.ts";
import { cases } from "../support/property-seed.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const NOW = Date.UTC(2026, 5, 1, 12);
const RULES: LedgerRules = { lostAfter: 25_000, keepRecorded: 2 * DAY, keepDead: 30 * DAY };
const KEYS: readonly MessageKey[] = [
  { channel: "sms", messageId: "0A0000000123ABCD1" },
  { channel: "voice", messageId: "63f61863-4a51-4f6b-86e1-46edebcf9356" },
];

/** The report that arrives differs from the stored one in all but its traffic, so that a test sees which of them counts. */
const TRACKED = { type: "track", traffic: "2fa", expiresAt: NOW + 5 * MINUTE } as const;
const reported = (delivered: boolean, hold: boolean) =>
  ({ type: "report", traffic: "2fa", delivered, occurredAt: NOW - 7000, hold }) as const;
const endedWith = (ended: Ended): LedgerEvent => ({ type: "ended", ended, random: 0.5 });

const CODES: readonly ConversionErrorCode[] = [
  "invalid_options",
  "invalid_report",
  "unauthorized",
  "not_enabled",
  "rejected",
  "conflict",
  "rate_limited",
  "unavailable",
  "timeout",
  "network",
  "aborted",
  "unexpected_response",
];

/** Each kind of row that there can be, frozen: a step must give another one. */
function storedRow(name: string, key: MessageKey, since = NOW - 3 * MINUTE): Row | undefined {
  if (name === "nothing") return undefined;
  const [state, outcome] = name.split(/,? /) as [Row["state"], string | undefined];
  return Object.freeze({
    ...key,
    traffic: "2fa",
    state,
    delivered: outcome === undefined ? null : outcome === "true",
    occurredAt: outcome === undefined ? null : NOW - 4 * MINUTE,
    due: NOW - 1000,
    since,
    attempts: outcome === undefined ? 0 : 3,
    reason: outcome === undefined || state === "recorded" ? null : "timeout",
    successor: name.endsWith("then true") ? NOW - 2 * MINUTE : null,
  });
}

interface Happening {
  readonly key: MessageKey;
  readonly stored: Row | undefined;
  readonly event: LedgerEvent;
}

const begun = { state: "sending", due: NOW + RULES.lostAfter } as const;
const afresh = { since: NOW, attempts: 1, reason: null, successor: null } as const;
const SEND = { send: true } as const;
/** Of a `true` whose last attempt ended without an answer, as every stored one here has. */
const unsure = (stored: Row | undefined) => (stored?.delivered ? { uncertain: true as const } : {});

/** The meaning of the words in the tables. Members without a word stay as they were stored. */
const MEANINGS: Readonly<Record<string, (happening: Happening) => Step>> = {
  await: ({ key }) => ({
    row: {
      ...key,
      ...{ traffic: TRACKED.traffic, state: "tracking", due: TRACKED.expiresAt, since: NOW },
      ...{ delivered: null, occurredAt: null, attempts: 0, reason: null, successor: null },
    },
    actions: { answer: "tracked" },
  }),
  "send true": ({ key, stored }) => ({
    row: {
      ...key,
      ...{ traffic: "2fa", delivered: true, occurredAt: NOW - 7000, ...begun, ...afresh },
      ...(stored?.state === "dead" && unsure(stored)),
    },
    actions: SEND,
  }),
  "send false": ({ key }) => ({
    row: { ...key, traffic: "2fa", delivered: false, occurredAt: NOW - 7000, ...begun, ...afresh },
    actions: SEND,
  }),
  "queue true": ({ key, stored }) => ({
    row: {
      ...key,
      ...{ traffic: "2fa", delivered: true, occurredAt: NOW - 7000, ...afresh },
      ...{ state: "queued", due: NOW, attempts: 0 },
      ...(stored?.state === "dead" && unsure(stored)),
    },
    actions: { answer: "accepted" },
  }),
  "queue false": ({ key }) => ({
    row: {
      ...key,
      ...{ traffic: "2fa", delivered: false, occurredAt: NOW - 7000, ...afresh },
      ...{ state: "queued", due: NOW, attempts: 0 },
    },
    actions: { answer: "accepted" },
  }),
  "true after it": ({ stored }) => ({
    row: { ...some(stored), successor: NOW - 7000 },
    actions: { answer: "accepted" },
  }),
  "send expiry": ({ stored }) => ({
    row: { ...some(stored), delivered: false, occurredAt: NOW - 1000, ...begun, ...afresh },
    actions: SEND,
  }),
  "send again": ({ stored }) => ({ row: { ...some(stored), ...begun, attempts: 4 }, actions: SEND }),
  "send lost": ({ stored }) => ({
    row: { ...some(stored), ...begun, attempts: 4, ...unsure(stored) },
    actions: SEND,
  }),
  "send successor": ({ stored }) => ({
    row: { ...some(stored), delivered: true, occurredAt: NOW - 2 * MINUTE, ...begun, ...afresh },
    actions: SEND,
  }),
  "queue successor": ({ stored }) => ({
    row: {
      ...some(stored),
      ...{ state: "queued", delivered: true, occurredAt: NOW - 2 * MINUTE, due: NOW },
      ...{ since: NOW, attempts: 0, reason: null, successor: null },
    },
    actions: {},
  }),
  forget: () => ({ row: undefined, actions: {} }),
  record: ({ stored }) => ({
    row: { ...some(stored), state: "recorded", due: NOW + 2 * DAY, reason: null },
    actions: {},
  }),
  "give up": ({ stored, event }) => ({
    row: {
      ...some(stored),
      ...{ state: "dead", due: NOW + 30 * DAY, reason: causeOf(event) },
      ...(event.type === "ended" && unsure(stored)),
    },
    actions: {},
  }),
  "give up expiry": ({ stored, event }) => ({
    row: {
      ...some(stored),
      ...{
        state: "dead",
        delivered: false,
        occurredAt: NOW - 1000,
        due: NOW + 30 * DAY,
        reason: causeOf(event),
      },
    },
    actions: {},
  }),
  park: ({ stored, event }) => ({
    row: { ...some(stored), state: "queued", due: NOW, reason: causeOf(event), ...unsure(stored) },
    actions: {},
  }),
  hurry: ({ stored }) => ({ row: { ...some(stored), due: NOW }, actions: { answer: "accepted" } }),
  revive: ({ stored }) => ({
    row: { ...some(stored), state: "queued", due: NOW, since: NOW, attempts: 0, ...unsure(stored) },
    actions: { answer: "accepted" },
  }),
};

const EVENTS: Readonly<Record<string, LedgerEvent>> = {
  track: TRACKED,
  true: reported(true, false),
  "true, held": reported(true, true),
  false: reported(false, false),
  "false, held": reported(false, true),
  due: { type: "due" },
  held: { type: "held", reason: "not_enabled" },
  retry: { type: "retry" },
};

/** "=": the very same row, and what is answered. */
const TABLE = parseTable(`
| stored                   | track     | true          | true, held    | false       | false, held | due            | held | retry      |
| nothing                  | await     | send true     | queue true    | send false  | queue false | =              | =    | = conflict |
| tracking                 | await     | send true     | queue true    | send false  | queue false | send expiry    | give up expiry | = conflict |
| sending true             | = tracked | = accepted    | = accepted    | = conflict  | = conflict  | send lost      | =    | = accepted |
| sending false            | = tracked | true after it | true after it | = accepted  | = accepted  | send lost      | =    | = accepted |
| sending false, then true | = tracked | = accepted    | = accepted    | = conflict  | = conflict  | send successor | =    | = accepted |
| queued true              | = tracked | = accepted    | = accepted    | = conflict  | = conflict  | send again     | give up | hurry      |
| queued false             | = tracked | send true     | queue true    | = accepted  | = accepted  | send again     | give up | hurry      |
| recorded true            | = tracked | = duplicate   | = duplicate   | = conflict  | = conflict  | forget         | =    | = conflict |
| recorded false           | = tracked | send true     | queue true    | = duplicate | = duplicate | forget         | =    | = conflict |
| dead true                | = tracked | send true     | queue true    | = conflict  | = conflict  | forget         | =    | revive     |
| dead false               | = tracked | send true     | queue true    | send false  | queue false | forget         | =    | revive     |
`);

describe("a message in the ledger", () => {
  it("has a table cell for every row and every event but the end of a request", () => {
    expect(TABLE).toHaveLength(11 * 8);
    expect(new Set(TABLE.map(({ column }) => column))).toEqual(new Set(Object.keys(EVENTS)));
  });

  it.each(TABLE)("takes the step of the table: $row | $column → $cell", ({ row: name, column, cell }) => {
    const event = some(EVENTS[column]);
    for (const key of KEYS) expectStep(key, storedRow(name, key), event, cell);
  });
});

/** By the age of the outcome that was under way; the first column is of a report that is in time. */
const ENDS = parseTable(`
| ended               | sending, a minute old | sending, 24 h less a moment | sending, 24 h | sending, 30 d less a moment | sending, 30 d | sending false, then true |
| confirmed           | record                | record                      | record        | record                      | record        | queue successor          |
| rejected            | give up                  | give up                        | give up          | give up                        | give up          | queue successor          |
| unauthorized        | park                  | park                        | park          | park                        | give up          | queue successor          |
| not_enabled         | park                  | park                        | park          | park                        | give up          | queue successor          |
| invalid_options     | later                 | later                       | give up          | give up                        | give up          | queue successor          |
| invalid_report      | later                 | later                       | give up          | give up                        | give up          | queue successor          |
| conflict            | later                 | later                       | give up          | give up                        | give up          | queue successor          |
| rate_limited        | later                 | later                       | give up          | give up                        | give up          | queue successor          |
| unavailable         | later                 | later                       | give up          | give up                        | give up          | queue successor          |
| timeout             | later                 | later                       | give up          | give up                        | give up          | queue successor          |
| network             | later                 | later                       | give up          | give up                        | give up          | queue successor          |
| aborted             | later                 | later                       | give up          | give up                        | give up          | queue successor          |
| unexpected_response | later                 | later                       | give up          | give up                        | give up          | queue successor          |
`);
const AGES: Readonly<Record<string, number>> = {
  "a minute old": MINUTE,
  "24 h less a moment": DAY - 1,
  "24 h": DAY,
  "30 d less a moment": 30 * DAY - 1,
  "30 d": 30 * DAY,
};

describe("the end of a request", () => {
  it("has a table row for every way in which a request can end", () => {
    expect(new Set(ENDS.map(({ row }) => row))).toEqual(new Set(["confirmed", ...CODES]));
  });

  it.each(ENDS)(
    "takes the step of the table of ends: $row | $column → $cell",
    ({ row: name, column, cell }) => {
      const code = name === "confirmed" ? null : (name as ConversionErrorCode);
      const event = endedWith({ code });
      for (const key of KEYS) {
        if (column === "sending false, then true") {
          for (const age of Object.values(AGES))
            expectStep(key, storedRow(column, key, NOW - age), event, cell);
          continue;
        }
        const since = NOW - some(AGES[column.slice("sending, ".length)]);
        for (const outcome of ["true", "false"]) {
          const stored = some(storedRow(`sending ${outcome}`, key, since));
          if (cell !== "later") {
            expectStep(key, stored, event, cell);
            continue;
          }
          // The third attempt, half of the dice: two seconds within the first quarter of an hour, half an hour later.
          const due = NOW + (since > NOW - 15 * MINUTE ? 2000 : HOUR / 2);
          const result = step(key, stored, event, NOW, RULES);
          const row = { ...stored, state: "queued", due, reason: code, ...unsure(stored) };
          expect(result).toEqual({ row, actions: {} });
        }
      }
    },
  );

  it.each([
    [0, 2000],
    [1999, 2000],
    [90_000, 90_000],
    [HOUR, HOUR],
    [5 * HOUR, HOUR],
  ])(
    "keeps Retry-After (%d ms) where it asks for more than the dice, an hour at most: %d ms",
    (retryAfter, wait) => {
      for (const code of CODES.filter((one) => !["rejected", "unauthorized", "not_enabled"].includes(one))) {
        const stored = some(storedRow("sending true", some(KEYS[0])));
        const { row } = step(stored, stored, endedWith({ code, retryAfter }), NOW, RULES);
        expect(row).toEqual({ ...stored, state: "queued", due: NOW + wait, reason: code, uncertain: true });
      }
    },
  );

  it.each(["rejected", "unauthorized", "not_enabled"] as const)(
    "asks for no wait of its own after %s, whatever Retry-After says",
    (code) => {
      const stored = some(storedRow("sending true", some(KEYS[0])));
      const without = step(stored, stored, endedWith({ code }), NOW, RULES);
      const within = step(stored, stored, endedWith({ code, retryAfter: 90_000 }), NOW, RULES);
      expect(within).toEqual(without);
    },
  );

  it("changes nothing when no request is under way", () => {
    const others = [...new Set(TABLE.map(({ row }) => row))].filter((name) => !name.startsWith("sending"));
    expect(others).toHaveLength(8);
    for (const name of others) {
      for (const code of [null, ...CODES]) {
        const stored = storedRow(name, some(KEYS[0]));
        const { row, actions } = step(some(KEYS[0]), stored, endedWith({ code }), NOW, RULES);
        expect(row, `${name}, ${code}`).toBe(stored);
        expect(actions).toEqual({});
      }
    }
  });
});

describe("a message of one traffic", () => {
  const KINDS = [...new Set(TABLE.map(({ row }) => row))].filter((name) => name !== "nothing");
  const calls: readonly [string, Extract<LedgerEvent, { type: "track" | "report" }>][] = [
    ["tracked", TRACKED],
    ["reported true", reported(true, false)],
    ["reported true while nothing may go", reported(true, true)],
    ["reported false", reported(false, false)],
    ["reported false while nothing may go", reported(false, true)],
  ];

  it.each(calls)("cannot be %s for the other traffic, whatever is stored: nothing changes", (_, event) => {
    expect(KINDS).toHaveLength(10);
    for (const name of KINDS) {
      for (const traffic of ["2fa", "other"] as const) {
        const stored = { ...some(storedRow(name, some(KEYS[0]))), traffic };
        const foreign: LedgerEvent = { ...event, traffic: traffic === "2fa" ? "other" : "2fa" };
        const { row, actions } = step(stored, stored, foreign, NOW, RULES);
        expect(row, name).toBe(stored);
        expect(actions).toEqual({ answer: "other-traffic" });
        expect(step(stored, stored, { ...event, traffic }, NOW, RULES).actions.answer).not.toBe(
          "other-traffic",
        );
      }
    }
  });
});

describe("a true that Vonage may have recorded without saying so", () => {
  const KNOWN: readonly ConversionErrorCode[] = ["rejected", "unauthorized", "not_enabled", "rate_limited"];
  const key = some(KEYS[0]);
  const at = (row: Row | undefined, event: LedgerEvent, now = NOW) =>
    some(step(key, row, event, now, RULES).row);
  const begin = () => at(undefined, reported(true, false));
  const reject = (row: Row) =>
    at(at(row, { type: "due" }, row.due), endedWith({ code: "rejected" }), row.due);
  const answerTo = (row: Row, delivered: boolean, now = NOW) =>
    step(key, row, reported(delivered, false), now, RULES).actions;

  it.each(CODES.filter((one) => one !== "rejected"))(
    "after %s, then a refusal, a false is sent only where it was certainly not recorded",
    (code) => {
      const dead = reject(at(begin(), endedWith({ code })));
      expect(dead.state).toBe("dead");
      expect(answerTo(dead, false)).toEqual(KNOWN.includes(code) ? SEND : { answer: "conflict" });
    },
  );

  it("stays marked through later failures, through storage, and when it is sent again", () => {
    let row = at(begin(), endedWith({ code: "timeout" }));
    for (const code of ["rate_limited", "unauthorized", "not_enabled", "rate_limited"] as const) {
      row = at(at(reread(row), { type: "due" }, row.due), endedWith({ code }), row.due);
    }
    const dead = reread(reject(reread(row)));
    expect(answerTo(dead, false)).toEqual({ answer: "conflict" });
    const later = NOW + 3 * DAY;
    const again = at(at(dead, reported(true, false), later), endedWith({ code: "rejected" }), later);
    expect(answerTo(reread(again), false, later)).toEqual({ answer: "conflict" });
    const revived = reject(at(again, { type: "retry" }, later));
    expect(answerTo(reread(revived), false, later)).toEqual({ answer: "conflict" });
  });

  it("includes one whose request was lost, say by a crash", () => {
    const dead = reject(at(begin(), { type: "due" }, NOW + RULES.lostAfter));
    expect(answerTo(dead, false)).toEqual({ answer: "conflict" });
  });

  it("does not include one that was never sent: a false is sent", () => {
    const waiting = at(undefined, reported(true, true));
    const dead = at(waiting, { type: "held", reason: "unavailable" });
    expect(answerTo(dead, false)).toEqual(SEND);
  });

  it("is no longer marked once Vonage has recorded it", () => {
    const row = at(begin(), endedWith({ code: "timeout" }));
    const sent = at(row, { type: "due" }, row.due);
    expect(at(sent, endedWith({ code: null }))).not.toHaveProperty("uncertain");
  });

  it("does not make a false uncertain: a true goes after it", () => {
    const dead = reject(at(at(undefined, reported(false, false)), endedWith({ code: "timeout" })));
    expect(dead).not.toHaveProperty("uncertain");
    expect(answerTo(dead, true)).toEqual(SEND);
  });
});

describe("a report that Vonage has refused", () => {
  const key = some(KEYS[0]);
  const NEWS = { timed: true } as const;

  /** Reports, and has Vonage refuse what is sent; gives how many requests that made. */
  function createRefused() {
    let row: Row | undefined;
    const life = {
      requests: 0,
      report(delivered: boolean, occurredAt: number, more: { readonly timed?: true } = {}, now = NOW) {
        const event = { ...reported(delivered, false), occurredAt, ...more };
        const first = step(key, row, event, now, RULES);
        row = first.row;
        if (first.actions.send) life.end(now);
        return first.actions.answer ?? "send";
      },
      end(now: number) {
        life.requests++;
        row = reread(some(step(key, row, endedWith({ code: "rejected" }), now, RULES).row));
      },
      retry(now: number) {
        row = step(key, row, { type: "retry" }, now, RULES).row;
        row = step(key, row, { type: "due" }, now, RULES).row;
        life.end(now);
      },
      row: () => some(row),
    };
    return life;
  }

  it("is not sent again for the same report, however often it arrives", () => {
    for (const delivered of [true, false]) {
      const life = createRefused();
      expect(life.report(delivered, NOW)).toBe("send");
      for (let at = 1; at <= 60; at++)
        expect(life.report(delivered, NOW + at, {}, NOW + at)).toBe("rejected");
      expect(life.report(delivered, life.row().occurredAt ?? 0, NEWS)).toBe("rejected");
      expect(life.requests).toBe(1);
    }
  });

  it("is sent again at once for another outcome or another time, three times in all; then once a day", () => {
    const life = createRefused();
    const answers = [1, 2, 3, 4, 5].map((at) => life.report(true, NOW + at, NEWS));
    expect(answers).toEqual(["send", "send", "send", "rejected", "rejected"]);
    expect(life.report(false, NOW)).toBe("rejected");
    expect(life.report(true, NOW, {}, NOW + DAY - 1)).toBe("rejected");
    expect(life.report(true, NOW, {}, NOW + DAY)).toBe("send");
    expect(life.report(true, NOW + 9, NEWS, NOW + DAY + 1)).toBe("rejected");
    expect(life.requests).toBe(4);
  });

  it("costs a bounded number of requests, whatever is reported and how often", () => {
    const life = createRefused();
    for (let at = 0; at < DAY; at += DAY / 500)
      life.report(at % 3 === 0, NOW + at, { timed: true }, NOW + at);
    expect(life.requests).toBe(3);
  });

  it("is sent whenever the operator retries it", () => {
    const life = createRefused();
    for (let at = 0; at < 10; at++) life.report(true, NOW + at, NEWS);
    expect(life.requests).toBe(3);
    for (let at = 0; at < 5; at++) life.retry(NOW);
    expect(life.requests).toBe(8);
    expect(life.row()).toMatchObject({ state: "dead", reason: "rejected" });
  });

  it("starts counting refusals again once Vonage has failed in another way, or has recorded it", () => {
    for (const code of ["unavailable", null] as const) {
      const life = createRefused();
      life.report(true, NOW + 1, NEWS);
      life.report(true, NOW + 2, NEWS);
      expect(life.row().refusals).toBe(2);
      const sent = step(key, life.row(), { ...reported(true, false), ...NEWS }, NOW, RULES).row;
      expect(sent).toMatchObject({ reason: "rejected", refusals: 2 });
      expect(step(key, sent, endedWith({ code }), NOW, RULES).row).not.toHaveProperty("refusals");
    }
  });
});

describe("giving up reports that wait for their key", () => {
  it.each([
    ["outage", DAY],
    ["unauthorized", 30 * DAY],
    ["not_enabled", 30 * DAY],
  ] as const)("comes after the longest wait for the cause: %s, %d ms", (cause, wait) => {
    expect(longestWaitFor(cause)).toBe(wait);
  });

  it.each(CODES)(
    "buries a report that waits or has expired, with the reason given (%s), and nothing else",
    (reason) => {
      for (const name of new Set(TABLE.map(({ row }) => row))) {
        const stored = storedRow(name, some(KEYS[0]));
        const cell = name === "tracking" ? "give up expiry" : name.startsWith("queued") ? "give up" : "=";
        expectStep(some(KEYS[0]), stored, { type: "held", reason }, cell);
      }
    },
  );
});

describe("a message through any sequence of events", () => {
  const code = fc.oneof(
    { weight: 3, arbitrary: fc.constant(null) },
    { weight: 4, arbitrary: fc.constantFrom<ConversionErrorCode>("unavailable", "timeout", "rate_limited") },
    { weight: 2, arbitrary: fc.constantFrom(...CODES) },
  );
  const happening = fc.oneof(
    fc.record({ does: fc.constant("pass"), ms: fc.oneof(fc.nat(60_000), fc.nat(2 * DAY)) }),
    fc.record({ does: fc.constant("due") }),
    fc.record({ does: fc.constant("track"), ms: fc.nat(10 * MINUTE) }),
    fc.record({ does: fc.constant("report"), delivered: fc.boolean(), hold: fc.boolean(), ms: fc.nat(HOUR) }),
    fc.record({
      does: fc.constant("end"),
      code,
      retryAfter: fc.option(fc.nat(2 * HOUR), { nil: undefined }),
      random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    }),
    fc.record({ does: fc.constant("held") }),
    fc.record({ does: fc.constant("retry") }),
  );

  it("is never sent twice at a time, never contradicted once it is true, and never lost", () => {
    const ends = new Set<string>();
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
        const life = createLife();
        for (const one of happenings) life.let(one as Parameters<Life["let"]>[0]);
        ends.add(life.finish());
      }),
      { numRuns: cases(2000) },
    );
    expect(ends).toEqual(new Set(["recorded", "dead", "nothing"]));
  });
});

type Life = ReturnType<typeof createLife>;

/** A caller of the machine with one message, and a model of what was promised about it that knows no states. */
function createLife() {
  const key = some(KEYS[0]);
  let now = NOW;
  let row: Row | undefined;
  /** The request that Vonage has not answered. */
  let underWay: Outcome | undefined;
  let lastSent: Outcome | undefined;
  /** The outcome that goes, or went, to Vonage. */
  let promised: Outcome | undefined;
  let tracked: number | undefined;
  let isOpen = false;
  /** `true`: Vonage may have recorded a `true` without confirming it. */
  let mayStand = false;

  function happens(event: LedgerEvent): Step {
    const before = row;
    const result = step(key, before, event, now, RULES);
    row = result.row;
    if (row === undefined || row.state === "recorded") mayStand = false;
    if (result.actions.answer === "conflict") expect(row).toBe(before);
    if (result.actions.answer === "duplicate") expect(row).toBe(before);
    if (result.actions.send) {
      const lost = event.type === "due" && before?.state === "sending" && now >= before.due;
      if (lost && underWay?.delivered) mayStand = true;
      if (!lost) expect(underWay, "two requests at a time").toBeUndefined();
      expect(row?.state).toBe("sending");
      const sent = { delivered: row?.delivered ?? null, occurredAt: row?.occurredAt ?? null };
      expect(sent, "what is sent is what was reported").toEqual(promised);
      underWay = sent;
      lastSent = sent;
    }
    // Whatever is under way is known to be, and nothing else is.
    expect(row?.state === "sending").toBe(underWay !== undefined);
    if (isOpen) expect(row, "an accepted report is there until it is settled").toBeDefined();
    if (row !== undefined) {
      expect(Number.isInteger(row.due)).toBe(true);
      expect(row.delivered === null).toBe(row.state === "tracking");
      expect(row.occurredAt === null).toBe(row.state === "tracking");
      if (row.state === "recorded" || row.state === "dead") isOpen = false;
    }
    return result;
  }

  return {
    let(what: {
      readonly does: string;
      readonly ms: number;
      readonly delivered: boolean;
      readonly hold: boolean;
      readonly code: ConversionErrorCode | null;
      readonly retryAfter: number | undefined;
      readonly random: number;
    }): void {
      switch (what.does) {
        case "pass":
          now += what.ms;
          return;
        case "due":
          if (row === undefined) return;
          now = Math.max(now, row.due);
          if (row.state === "tracking") promised = { delivered: false, occurredAt: tracked ?? null };
          if (row.state === "tracking") isOpen = true;
          happens({ type: "due" });
          return;
        case "track":
          if (row === undefined || row.state === "tracking") tracked = now + what.ms;
          happens({ type: "track", traffic: "2fa", expiresAt: now + what.ms });
          return;
        case "report": {
          const { delivered, hold } = what;
          const mine = { delivered, occurredAt: now - what.ms };
          const settled = row?.state === "recorded";
          const isDead = row?.state === "dead";
          const stands = row === undefined || row.state === "tracking" || isDead ? undefined : promised;
          const isNews = stands === undefined || (delivered && !stands.delivered);
          const given = promised;
          if (isNews) promised = mine;
          const { actions } = happens({ type: "report", traffic: "2fa", hold, ...mine });
          const answer = actions.answer ?? "send";
          if (isDead && (answer === "rejected" || answer === "conflict")) {
            if (answer === "conflict") expect([delivered, mayStand]).toEqual([false, true]);
            promised = given;
            return;
          }
          if (isDead && !delivered) expect(mayStand, "a false after a true that may stand").toBe(false);
          if (isNews) expect(["send", "accepted"]).toContain(answer);
          else if (stands?.delivered !== delivered) expect(answer).toBe("conflict");
          else expect(answer).toBe(settled ? "duplicate" : "accepted");
          if (answer === "send" || answer === "accepted") isOpen = true;
          return;
        }
        case "end": {
          if (underWay === undefined) return;
          if (underWay.delivered && !CERTAIN.has(what.code)) mayStand = true;
          underWay = undefined;
          happens({
            type: "ended",
            ended: what.code === null ? { code: null } : { code: what.code, retryAfter: what.retryAfter },
            random: what.random,
          });
          return;
        }
        case "held":
          // Only what has long been due is given up for its key.
          if (row?.state === "tracking") {
            now = Math.max(now, row.due);
            promised = { delivered: false, occurredAt: tracked ?? null };
          }
          happens({ type: "held", reason: "unauthorized" });
          return;
        case "retry":
          happens({ type: "retry" });
          if (row?.state === "queued") isOpen = true;
          return;
      }
    },

    /** From here on all is well. Gives where the message ends. */
    finish(): string {
      for (let steps = 0; steps < 10 && row !== undefined; steps++) {
        if (row.state === "recorded" || row.state === "dead") break;
        if (underWay !== undefined) {
          underWay = undefined;
          happens({ type: "ended", ended: { code: null }, random: 0 });
        } else {
          now = Math.max(now, row.due);
          if (row.state === "tracking") promised = { delivered: false, occurredAt: tracked ?? null };
          happens({ type: "due" });
        }
      }
      expect(isOpen).toBe(false);
      if (row?.state === "recorded") expect(lastSent, "what was promised came last").toEqual(promised);
      return row?.state ?? "nothing";
    },
  };
}

/** After these ends Vonage has recorded it, or has certainly not. */
const CERTAIN: ReadonlySet<ConversionErrorCode | null> = new Set([
  null,
  "rejected",
  "unauthorized",
  "not_enabled",
  "rate_limited",
]);

/** As the next life of the storage finds it. */
function reread(row: Row): Row {
  const stored = Object.fromEntries(toStored(row).map((value, index) => [some(COLUMNS[index]), value]));
  return some(parseRow(stored));
}

const COLUMNS = [
  "channel",
  "message_id",
  "traffic",
  "state",
  "delivered",
  "occurred_at",
  "due",
  "since",
].concat(["attempts", "reason", "successor", "facts"]);

interface Outcome {
  readonly delivered: boolean | null;
  readonly occurredAt: number | null;
}

function expectStep(key: MessageKey, stored: Row | undefined, event: LedgerEvent, cell: string): void {
  const result = step(key, stored, event, NOW, RULES);
  if (cell.startsWith("=")) {
    const answer = cell.slice(1).trim();
    expect(result.row).toBe(stored);
    expect(result.actions).toEqual(answer === "" ? {} : { answer });
  } else {
    expect(result).toStrictEqual(some(MEANINGS[cell])({ key, stored, event }));
  }
}

function causeOf(event: LedgerEvent): ConversionErrorCode | null {
  if (event.type === "held") return event.reason;
  return event.type === "ended" ? event.ended.code : null;
}

function parseTable(text: string): { row: string; column: string; cell: string }[] {
  const [head = [], ...lines] = text
    .trim()
    .split("\n")
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  return lines.flatMap(([row = "", ...cells]) =>
    cells.map((cell, index) => ({ row, column: some(head[index + 1]), cell })),
  );
}

function some<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("The test is amiss: something is not there.");
  return value;
}
