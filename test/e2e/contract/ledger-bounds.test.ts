// Three facts bind a message in the ledger: its traffic, a `true` that Vonage may have recorded, and a refusal. Tested
// over HTTP, and by the requests that reach Vonage.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SANDBOX_CREDENTIALS } from "../../../src/sandbox/index.ts";
import { mintReportToken } from "../../../src/token/index.ts";
import { eventually } from "../../support/eventually.ts";
import { TOKEN_SECRET } from "../../support/local-stack.ts";
import { type LedgerStack, startLedgerStack } from "./ledger-stack.ts";
import { type Answered, AS_JSON, BY_ALERTS, BY_SHOP, type Parameters, problemOf } from "./ledger-worker.ts";
import type { ScriptedVonage, Trouble } from "./scripted-vonage.ts";

const TIMEOUT_MS = 2000;
const OF_SHOP: Parameters = { ...BY_SHOP, ...AS_JSON };
const OF_ALERTS: Parameters = { ...BY_ALERTS, ...AS_JSON };

let stack: LedgerStack;
let vonage: ScriptedVonage;
let calls: LedgerStack["calls"];
beforeAll(async () => {
  stack = await startLedgerStack({
    LEDGER_SHARDS: "64",
    REPORT_BUDGET_MS: "1500",
    UPSTREAM_TIMEOUT_MS: String(TIMEOUT_MS),
  });
  ({ vonage, calls } = stack);
});
afterAll(() => stack.stop());

const never = new Promise<never>(() => {});
const outcomesOf = (id: string) => vonage.attempts(id).map(({ delivered }) => delivered);
const rowOf = async (state: string, id: string) =>
  (await calls.list(state)).flat().filter(({ messageId }) => messageId === id);
const until = (state: string, id: string) =>
  eventually(async () => expect(await rowOf(state, id)).toHaveLength(1));
const tokenFor = (messageId: string, traffic: "2fa" | "other", channel: "sms" | "voice" = "sms") =>
  mintReportToken({ messageId, channel, traffic }, { secret: TOKEN_SECRET });
const reportByToken = (messageId: string, token: string, delivered = "true", more: Parameters = {}) =>
  calls.call("/conversions/sms", {
    method: "POST",
    body: new URLSearchParams({ "message-id": messageId, delivered, token, ...more }),
  });

/** Brings a message into a state with a key for 2FA traffic. */
const STATES: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
  tracking: async (id) => expect((await calls.track({ messageId: id }, BY_SHOP)).status).toBe(201),
  sending: async (id) => {
    vonage.script(id, { answerAfter: never });
    expect((await calls.report(id, false)).status).toBe(202);
  },
  queued: async (id) => {
    vonage.script(id, { status: 429, headers: { "retry-after": "30" } });
    expect((await calls.report(id, false)).status).toBe(202);
    await until("queued", id);
  },
  recorded: async (id) => expect((await calls.report(id, false)).status).toBe(200),
  dead: async (id) => {
    vonage.script(id, { status: 422 });
    expect((await calls.report(id, false)).status).toBe(422);
    await until("dead", id);
  },
};

describe.concurrent("a message of one traffic", () => {
  it.for(Object.keys(STATES))(
    "cannot be reported or tracked with a key or token of the other: %s",
    async (state) => {
      const id = `of-2fa-${state}`;
      await STATES[state]?.(id);
      const before = outcomesOf(id);
      const foreign: Answered[] = [
        await calls.report(id, true, { headers: OF_ALERTS }),
        await calls.report(id, false, { headers: OF_ALERTS }),
        await calls.track({ messageId: id }, BY_ALERTS),
        await calls.trackJson({ messageId: id, channel: "sms", traffic: "other", expiresIn: 60 }, BY_ALERTS),
        await reportByToken(id, await tokenFor(id, "other")),
      ];
      for (const answered of foreign) {
        expect([answered.status, problemOf(answered)]).toEqual([403, "wrong-traffic"]);
        expect(answered.body.detail).toMatch(/other kind of traffic/);
        expect(answered.text).not.toContain(id);
      }
      // A request that Vonage never answers may have been repeated meanwhile.
      expect(new Set(outcomesOf(id))).toEqual(new Set(before));
      if (state !== "sending") expect(await rowOf(state, id)).toMatchObject([{ traffic: "2fa" }]);
    },
  );

  it("goes on with its own key as before, and with the account that sent it", async () => {
    const id = "of-2fa-goes-on";
    await calls.track({ messageId: id }, BY_SHOP);
    expect((await calls.report(id, true, { headers: OF_ALERTS })).status).toBe(403);
    expect((await calls.track({ messageId: id, expiresIn: "60" }, BY_SHOP)).status).toBe(201);
    expect((await calls.report(id, true, { headers: OF_SHOP })).body).toEqual({ status: "recorded" });
    expect((await calls.report(id, true, { headers: OF_ALERTS })).status).toBe(403);
    expect((await calls.report(id, true, { headers: OF_SHOP })).body).toEqual({ status: "duplicate" });
    expect(vonage.reports(id)).toMatchObject([{ apiKey: SANDBOX_CREDENTIALS.twoFactor.apiKey }]);
  });

  it("of other traffic is as closed to keys for 2FA", async () => {
    const id = "of-other";
    await calls.track({ messageId: id }, BY_ALERTS);
    expect(problemOf(await calls.track({ messageId: id }, BY_SHOP))).toBe("wrong-traffic");
    expect(problemOf(await calls.report(id, true))).toBe("wrong-traffic");
    expect(problemOf(await reportByToken(id, await tokenFor(id, "2fa")))).toBe("wrong-traffic");
    expect((await calls.report(id, true, { headers: OF_ALERTS })).body).toEqual({ status: "recorded" });
    expect(vonage.reports(id)).toMatchObject([{ apiKey: SANDBOX_CREDENTIALS.other.apiKey }]);
  });

  it("of the other channel is another message", async () => {
    await calls.track({ messageId: "of-both", channel: "sms" }, BY_SHOP);
    expect((await calls.track({ messageId: "of-both", channel: "voice" }, BY_ALERTS)).status).toBe(201);
  });

  it("of an SDK is refused with a problem document as well", async () => {
    await calls.track({ messageId: "of-sdk" }, BY_SHOP);
    const answered = await calls.report("of-sdk", true, { headers: { ...BY_ALERTS, accept: "*/*" } });
    expect(problemOf(answered)).toBe("wrong-traffic");
  });
});

describe.concurrent("a true that Vonage recorded while its answer was lost", () => {
  it.for<[string, readonly Trouble[]]>([
    ["time was up", [{ answerAfter: never }]],
    ["the connection broke later", [{ answerAfter: never }, "drop"]],
    ["Vonage asked to slow down meanwhile", [{ answerAfter: never }, { status: 429 }]],
  ])(
    "is never followed by a false, even if its repetition is refused: %s",
    { timeout: 30_000 },
    async ([name, troubles]) => {
      const id = `lost ${name}`;
      vonage.script(id, ...troubles, { status: 422 });
      expect((await calls.report(id, true)).status).toBe(202);
      await until("dead", id);
      const before = outcomesOf(id);
      const by2fa = await tokenFor(id, "2fa");
      for (const answered of [
        await reportByToken(id, by2fa, "false"),
        await calls.report(id, false),
        await reportByToken(id, by2fa, "0", { timestamp: "2026-03-04 05:06:07" }),
      ]) {
        expect([answered.status, problemOf(answered)]).toEqual([409, "conflict"]);
      }
      expect(outcomesOf(id)).toEqual(before);
      expect(vonage.reports(id).map(({ delivered }) => delivered)).toEqual([true]);
    },
  );

  it("does not bind if Vonage refused it at once: a false is sent", async () => {
    vonage.script("refused at once", { status: 422 });
    expect((await calls.report("refused at once", true)).status).toBe(422);
    expect((await calls.report("refused at once", false)).body).toEqual({ status: "recorded" });
    expect(outcomesOf("refused at once")).toEqual(["true", "false"]);
  });
});

describe.concurrent("a report that Vonage refused", () => {
  it("is not sent to Vonage again for the same token, however often it comes", async () => {
    const id = "refused-60";
    vonage.script(id, ...Array.from({ length: 80 }, () => ({ status: 422 })));
    const token = await tokenFor(id, "2fa");
    for (let at = 0; at < 60; at++) {
      // A token's rate limit is below 60; the ledger's rule is the same for a key.
      const answered = await (at < 15 ? reportByToken(id, token) : calls.report(id, true));
      expect([answered.status, problemOf(answered)]).toEqual([422, "upstream-rejected"]);
    }
    expect(outcomesOf(id)).toEqual(["true"]);
  });

  it("is sent a few times at most, where each report differs", async () => {
    const id = "refused-varied";
    vonage.script(id, ...Array.from({ length: 80 }, () => ({ status: 420 })));
    const token = await tokenFor(id, "2fa");
    for (let at = 0; at < 18; at++) {
      const timestamp = `2026-03-04 05:06:${String(at).padStart(2, "0")}`;
      expect((await reportByToken(id, token, String(at % 3 === 0), { timestamp })).status).toBe(422);
    }
    expect(vonage.attempts(id)).toHaveLength(3);
    expect((await calls.retry("sms", id)).status).toBe(202);
    await eventually(() => expect(vonage.attempts(id)).toHaveLength(4));
  });

  it("is listed with its reason as ever", async () => {
    const id = "refused-twice";
    vonage.script(id, { status: 422 }, { status: 422 });
    await calls.report(id, false);
    await calls.report(id, true);
    await eventually(async () =>
      expect(await rowOf("dead", id)).toMatchObject([{ delivered: true, reason: "rejected" }]),
    );
  });
});
