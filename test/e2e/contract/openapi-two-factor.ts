// Challenges from the start to each of their ends.

import { describe, expect, it } from "vitest";
import type { SandboxFault } from "../../../src/sandbox/index.ts";
import { eventually } from "../../support/eventually.ts";
import { OTHER_PROXY_KEY } from "../../support/local-stack.ts";
import { aNumber, COOLDOWN_MS, codeAt, notThe, THROTTLED_MS } from "../../support/two-factor-stack.ts";
import type { createCaller } from "./openapi-caller.ts";
import { BY_SHOP, bearer, GOOD_REQUESTS } from "./openapi-requests.ts";
import { LIFETIME_MS, SECOND_KEY, type Workers } from "./openapi-workers.ts";

const START = "POST /2fa";
const CHECK = "POST /2fa/{id}/check";
const RESEND = "POST /2fa/{id}/resend";

/** The fault of Vonage that causes each outcome. The Worker makes up to three requests for one message. */
const FAULTS: readonly (readonly [outcome: string, fault: SandboxFault])[] = [
  ["422 number-refused", { path: "sms", smsStatus: "7" }],
  ["502 send-unauthorized", { path: "sms", smsStatus: "4" }],
  ["502 send-account-refused", { path: "sms", smsStatus: "9" }],
  ["502 send-rejected", { path: "sms", smsStatus: "15" }],
  ["502 send-unexpected", { path: "sms", status: 418 }],
  ["503 send-throttled", { path: "sms", smsStatus: "1", times: 3 }],
  ["503 send-unavailable", { path: "sms", smsStatus: "5", times: 3 }],
  // It counts as a message: a challenge has two at most.
  ["504 send-uncertain", { path: "sms", drop: true, recorded: true }],
];

export function testTwoFactor({ call }: ReturnType<typeof createCaller>, workersOf: () => Workers): void {
  type By = Readonly<Record<string, string>>;

  async function start(to = aNumber(), url = workersOf().whole, headers: By = BY_SHOP) {
    const { body } = await call(url, START, { headers, json: { to: `+${to}`, channel: "sms" } }, "201");
    return { id: String(body.id), to, code: codeAt(workersOf().vonage, to) };
  }
  const refuseStart = (to: string, expected: string, url = workersOf().whole, headers: By = BY_SHOP) =>
    call(url, START, { headers, json: { to, channel: "sms" } }, expected);
  const check = (id: string, code: string, expected: string) =>
    call(workersOf().whole, CHECK, { headers: BY_SHOP, path: { id }, json: { code } }, expected);
  const resend = (id: string, expected: string, url = workersOf().whole, headers: By = BY_SHOP) =>
    call(url, RESEND, { headers, path: { id } }, expected);
  const turnClock = (milliseconds: number) => workersOf().turnClock(milliseconds);
  const textsArrived = (to: string, count: number) =>
    eventually(() => expect(workersOf().vonage.handset(to).inbox()).toHaveLength(count));
  const look = (id: string) =>
    call(workersOf().whole, "GET /2fa/{id}", { headers: BY_SHOP, path: { id } }, "200");

  describe("a challenge", () => {
    it("is started by query, form and JSON, by text and by call", async () => {
      const { whole } = workersOf();
      const more = { brand: "Bäcker", locale: "de-AT", clientRef: "order:1", defaultCountry: "GB" };
      const calls = [
        { query: { to: aNumber(), channel: "sms" } },
        { form: { to: aNumber(), channel: "sms", ...more } },
        { json: { to: aNumber(), channel: "voice", ...more } },
      ];
      for (const one of calls) await call(whole, START, { headers: BY_SHOP, ...one }, "201");
    });

    it("is verified once", async () => {
      const { id, code } = await start();
      await look(id);
      await check(id, notThe(code), "422 code-wrong");
      await check(id, code, "200");
      await check(id, code, "422 code-used");
      await resend(id, "422 code-used");
      expect((await look(id)).body).toMatchObject({
        state: "verified",
        messages: [{ provenAt: expect.any(String) }],
      });
    });

    it("that is cancelled takes no code, and sends none", async () => {
      const { id, code } = await start();
      await call(workersOf().whole, "DELETE /2fa/{id}", { headers: BY_SHOP, path: { id } }, "204");
      await check(id, code, "422 challenge-cancelled");
      await resend(id, "422 challenge-cancelled");
    });

    it("without guesses left takes no code, and sends none", async () => {
      const { id, code } = await start();
      for (let tried = 0; tried < 5; tried++) await check(id, notThe(code), "422 code-wrong");
      await check(id, code, "422 too-many-attempts");
      await resend(id, "422 too-many-attempts");
    });

    it("sends a new code after the cooldown, up to the limit of messages", async () => {
      const { id, code, to } = await start();
      await resend(id, "429 resend-too-soon");
      await turnClock(COOLDOWN_MS);
      await resend(id, "201");
      await check(id, code, "422 code-superseded");
      await resend(id, "422 too-many-messages");
      await workersOf().vonage.idle();
      await look(id);
      await check(id, codeAt(workersOf().vonage, to), "200");
    });

    it("is not started for a number that codes must not go to", async () => {
      await refuseStart("+447400", "422 invalid-number");
      await refuseStart("+4915123456789", "403 country-not-served");
      await refuseStart("+448712345678", "422 number-refused");
      const json = { to: "020 7946 0018", defaultCountry: "UK", channel: "sms" };
      await call(workersOf().whole, START, { headers: BY_SHOP, json }, "400 invalid-parameters");
    });

    it.each(FAULTS)("answers a fault of Vonage at the start with %s", async (outcome, fault) => {
      workersOf().vonage.fail(fault);
      await refuseStart(aNumber(), outcome);
    });

    it("answers a fault of Vonage at a resend like one at the start", async () => {
      await turnClock(THROTTLED_MS);
      const { id } = await start();
      await turnClock(COOLDOWN_MS);
      for (const [outcome, fault] of FAULTS) {
        workersOf().vonage.fail(fault);
        await resend(id, outcome);
      }
      await turnClock(THROTTLED_MS);
    });

    it.each(["GET /2fa/{id}", "DELETE /2fa/{id}", CHECK, RESEND])(
      "that does not exist is not found: %s",
      async (operation) => {
        const good = (await GOOD_REQUESTS[operation]?.()) ?? {};
        await call(workersOf().whole, operation, good, "404 not-found");
      },
    );

    it.each([START, "GET /2fa/{id}", "DELETE /2fa/{id}", CHECK, RESEND])(
      "is closed to keys of other traffic: %s",
      async (operation) => {
        const good = { ...(await GOOD_REQUESTS[operation]?.()), headers: bearer(OTHER_PROXY_KEY.key) };
        await call(workersOf().whole, operation, good, "403 wrong-traffic");
      },
    );

    it("that has expired takes no code, and sends none", async () => {
      const { id, code } = await start();
      await turnClock(LIFETIME_MS);
      await check(id, code, "422 code-expired");
      await resend(id, "422 code-expired");
    });
  });

  it("an Idempotency-Key names one request, and waits for its answer", async () => {
    const { whole, vonage } = workersOf();
    const keyed = (key: string) => ({ headers: { ...BY_SHOP, "Idempotency-Key": `"${key}"` } });
    const json = { to: aNumber(), channel: "sms" };
    vonage.fail({ path: "sms", latency: 1000 });
    const first = call(whole, START, { ...keyed("start"), json }, "201");
    await textsArrived(json.to, 1);
    await call(whole, START, { ...keyed("start"), json }, "409 idempotency-key-in-use");
    const { id } = (await first).body as { id: string };
    await call(whole, START, { ...keyed("start"), json }, "201");
    const other = { ...json, to: aNumber() };
    await call(whole, START, { ...keyed("start"), json: other }, "422 idempotency-key-reused");

    const path = { id };
    await call(whole, CHECK, { ...keyed("c"), path, json: { code: "0000" } }, "422 code-wrong");
    await call(whole, CHECK, { ...keyed("c"), path, json: { code: "0001" } }, "422 idempotency-key-reused");

    await turnClock(COOLDOWN_MS);
    vonage.fail({ path: "sms", latency: 1000 });
    const resent = call(whole, RESEND, { ...keyed("r"), path }, "201");
    await textsArrived(json.to, 2);
    await call(whole, RESEND, { ...keyed("r"), path }, "409 idempotency-key-in-use");
    await resent;
    const byCall = { ...keyed("r"), path, json: { channel: "voice" } };
    await call(whole, RESEND, byCall, "422 idempotency-key-reused");
  });

  it("a start may supersede the earlier one", async () => {
    const older = await start();
    const json = { to: older.to, channel: "sms", supersede: true };
    await call(workersOf().whole, START, { headers: BY_SHOP, json }, "201");
    await resend(older.id, "422 code-superseded");
    await check(older.id, older.code, "422 code-superseded");
    expect((await look(older.id)).body).toMatchObject({ state: "superseded" });
  });

  it("the limit by the end user's address holds for starts and resends", async () => {
    const json = () => ({ to: aNumber(), channel: "sms", ip: "2001:db8:1:2::3" });
    const { whole } = workersOf();
    const { body } = await call(whole, START, { headers: BY_SHOP, json: json() }, "201");
    await call(whole, START, { headers: BY_SHOP, json: json() }, "429 address-limit");
    await turnClock(COOLDOWN_MS);
    await resend(String(body.id), "429 address-limit");
  });

  it("the limits hold for starts and resends, and both refuse a channel without a sender", async () => {
    const { strict } = workersOf();
    const second = bearer(SECOND_KEY.key);
    const [a1, a2, a3, a4] = ["447400210001", "447400210002", "447400210003", "447400210004"];
    const one = await start(a1, strict);
    const full = await start(a2, strict);
    await start(a2, strict);
    await refuseStart(a2, "429 number-limit", strict);
    await start(a3, strict);
    await refuseStart(a4, "429 prefix-limit", strict);
    const other = await start("447400220001", strict);
    const abroad = await start("12015550123", strict);
    await refuseStart("447400230001", "429 caller-limit", strict);
    await start("447400230001", strict, second);
    await refuseStart("447400240001", "429 country-limit", strict, second);
    const last = await start("12015550124", strict, second);
    await refuseStart("12015550125", "429 total-limit", strict, second);
    await turnClock(COOLDOWN_MS);
    await resend(full.id, "429 number-limit", strict);
    await resend(one.id, "429 prefix-limit", strict);
    await resend(other.id, "429 country-limit", strict);
    await resend(abroad.id, "429 caller-limit", strict);
    await resend(last.id, "429 total-limit", strict, second);

    const byCall = { headers: BY_SHOP, json: { channel: "voice" } };
    await call(strict, RESEND, { ...byCall, path: { id: one.id } }, "422 channel-unavailable");
    const json = { to: "+447400250001", channel: "voice" };
    await call(strict, START, { headers: BY_SHOP, json }, "422 channel-unavailable");
  });
}
