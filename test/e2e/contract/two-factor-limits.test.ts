// Protection against SMS pumping, end to end: destinations and limits.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTwoFactorClient, type TwoFactorClient } from "../../../src/two-factor/index.ts";
import { eventually } from "../../support/eventually.ts";
import { PROXY_KEY } from "../../support/local-stack.ts";
import {
  aNumber,
  COOLDOWN_MS,
  codeAt,
  OUR_NUMBER,
  startTwoFactorStack,
  type TwoFactorStack,
} from "../../support/two-factor-stack.ts";
import { callsOf, problemOf } from "./ledger-worker.ts";

const SECOND_KEY = { name: "second-shop", key: "second-proxy-key-of-a-shop-0123456789abcdef" };

const running: TwoFactorStack[] = [];
afterAll(async () => {
  await Promise.all(running.map((one) => one.stop()));
});

async function startStack(bindings: Record<string, string>): Promise<TwoFactorStack> {
  const stack = await startTwoFactorStack({
    PROXY_KEYS_2FA: `${PROXY_KEY.name}:${PROXY_KEY.key} ${SECOND_KEY.name}:${SECOND_KEY.key}`,
    ...bindings,
  });
  running.push(stack);
  return stack;
}

/** Counts of messages and refusals. Receipts of the sandbox come at any time, so they are left out. */
async function countsOf(stack: TwoFactorStack): Promise<object> {
  const { body } = await callsOf(stack.worker).look("/stats");
  const counts = Object.entries(body.twoFactor as object);
  return Object.fromEntries(counts.filter(([name]) => !name.startsWith("delivery-receipt:")));
}
const start = (client: TwoFactorClient, to: string) => client.start({ to, channel: "sms" });
const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => expect.unreachable("it was not refused"),
    (error: unknown) => error,
  );

describe("a limit", () => {
  let stack: TwoFactorStack;
  let second: TwoFactorClient;
  beforeAll(async () => {
    const limits = "number=2/3600 prefix=4/3600 caller=6/3600 total=7/3600";
    stack = await startStack({ TWO_FACTOR_LIMITS: limits });
    second = createTwoFactorClient({ endpoint: stack.worker.url, key: SECOND_KEY.key });
  });

  it("of number, block of numbers, caller and total refuses with its own type and a time to wait, and is counted", async () => {
    const { client, sandbox } = stack;
    const [one, next, third] = ["447400110001", "447400110002", "447400110003"];
    await start(client, one);
    await start(client, one);
    const limited = { status: 429, retryable: true };
    expect(await errorOf(start(client, one))).toMatchObject({ ...limited, code: "number_limit" });
    await start(client, next);
    await start(client, next);
    expect(await errorOf(start(client, third))).toMatchObject({ ...limited, code: "prefix_limit" });
    await start(client, "447400120001");
    await start(client, "447400120002");
    expect(await errorOf(start(client, "447400130001"))).toMatchObject({ ...limited, code: "caller_limit" });
    await start(second, "447400130001");
    const last = await errorOf(start(second, "447400140001"));
    expect(last).toMatchObject({ ...limited, code: "total_limit" });
    const { retryAfter } = last as { retryAfter: number };
    expect(retryAfter).toBeGreaterThan(3_000_000);
    expect(retryAfter).toBeLessThanOrEqual(3_900_000);

    expect(sandbox.handset(one).inbox()).toHaveLength(2);
    for (const number of [third, "447400140001"]) expect(sandbox.handset(number).inbox()).toEqual([]);
    expect(await countsOf(stack)).toEqual({
      messages: 7,
      "refused:number-limit": 1,
      "refused:prefix-limit": 1,
      "refused:caller-limit": 1,
      "refused:total-limit": 1,
    });
  });

  it("holds for concurrent starts", async () => {
    const few = await startStack({
      TWO_FACTOR_LIMITS: "number=3/3600 prefix=50/3600 caller=50/3600 total=50/3600",
    });
    const number = "447400150001";
    const results = await Promise.allSettled(Array.from({ length: 40 }, () => start(few.client, number)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    expect(few.sandbox.handset(number).inbox()).toHaveLength(3);
  });

  it("holds for resends, and the earlier code stays valid", async () => {
    const once = await startStack({
      TWO_FACTOR_LIMITS: "number=1/3600 prefix=50/3600 caller=50/3600 total=50/3600",
    });
    const number = "447400150002";
    const { id } = await start(once.client, number);
    await once.turnClock(COOLDOWN_MS);
    expect(await errorOf(once.client.resend(id))).toMatchObject({ code: "number_limit" });
    const code = codeAt(once.sandbox, number);
    await expect(once.client.check(id, code)).resolves.toEqual({ verified: true });
  });
});

describe("the limit by the end user's address", () => {
  let stack: TwoFactorStack;
  beforeAll(async () => {
    const limits =
      "number=50/3600 prefix=500/3600 address=2/3600 country=6/3600 caller=500/3600 total=500/3600";
    stack = await startStack({ TWO_FACTOR_LIMITS: limits, TWO_FACTOR_COUNTRIES: "GB US DE" });
  });
  const from = (ip: string, to = aNumber()) => stack.client.start({ to, channel: "sms", ip });

  it("counts an IPv6 /64 as one address, and an IPv4 address in every spelling", async () => {
    await from("2001:db8:1:2::1");
    await from("2001:db8:1:2:ffff::1");
    const limited = { status: 429, code: "address_limit", retryable: true };
    expect(await errorOf(from("2001:DB8:1:2:8000::7"))).toMatchObject(limited);
    await from("2001:db8:1:3::1");
    await from("192.0.2.1");
    await from("::ffff:192.0.2.1");
    const refused = await errorOf(from("::ffff:c000:201"));
    expect(refused).toMatchObject(limited);
    expect((refused as { retryAfter: number }).retryAfter).toBeGreaterThan(3_000_000);
    expect(await countsOf(stack)).toMatchObject({ messages: 5, "refused:address-limit": 2 });
  });

  it("does not help beyond the country's limit", async () => {
    await from("198.51.100.1");
    expect(await errorOf(from("198.51.100.2"))).toMatchObject({ status: 429, code: "country_limit" });
    await from("198.51.100.2", "+12015550123");
  });

  it("counts a resend for the address of the start, or for its own", async () => {
    const again = await startStack({
      TWO_FACTOR_LIMITS: "number=50/3600 prefix=500/3600 address=1/3600 caller=500/3600 total=500/3600",
    });
    const { id } = await again.client.start({ to: aNumber(), channel: "sms", ip: "192.0.2.7" });
    await again.turnClock(COOLDOWN_MS);
    expect(await errorOf(again.client.resend(id))).toMatchObject({ code: "address_limit" });
    await again.client.resend(id, { ip: "192.0.2.8" });
  });

  it("refuses an invalid address by the name of the parameter, and never repeats it", async () => {
    const { call } = callsOf(stack.worker);
    const answer = await call("/2fa", {
      method: "POST",
      headers: { authorization: `Bearer ${PROXY_KEY.key}`, "content-type": "application/json" },
      body: JSON.stringify({ to: aNumber(), channel: "sms", ip: "203.0.113.77:4711" }),
    });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ parameter: "ip" }] } });
    expect(JSON.stringify(answer.body)).not.toContain("203.0.113.77");
  });

  it("leaves the address in no log and no answer", async () => {
    const { id } = await from("203.0.113.78", "+4915123456789");
    expect(JSON.stringify([await stack.client.get(id), stack.logs])).not.toMatch(/203\.0\.113|2001:db8/i);
  });
});

describe("countries", () => {
  let stack: TwoFactorStack;
  beforeAll(async () => {
    stack = await startStack({ TWO_FACTOR_COUNTRIES: "*,-RU,-US" });
  });

  it("that are not served are refused and counted; codes go to all others", async () => {
    for (const to of ["+79161234567", "+12015550123"]) {
      expect(await errorOf(start(stack.client, to))).toMatchObject({
        status: 403,
        code: "country_not_served",
      });
    }
    await start(stack.client, "+4915123456789");
    await start(stack.client, "+12042345678");
    expect(await countsOf(stack)).toEqual({ messages: 2, "refused:country-not-served": 2 });
  });

  it.each([
    "447400",
    "44 7400 123456",
    "00447400123456",
    "+447700",
    "not a number",
    "+440000000000",
    "+999123456789",
  ])("are not looked up for an invalid number: %s", async (to) => {
    const error = await errorOf(start(stack.client, to));
    expect(error).toMatchObject({ status: 422, code: "invalid_number" });
    expect(JSON.stringify(error)).not.toContain(to);
  });
});

describe("webhooks", () => {
  it("are refused if neither a secret nor WEBHOOK_UNSIGNED is set", async () => {
    const stack = await startStack({ WEBHOOK_SIGNATURE_SECRET: "", WEBHOOK_SIGNATURE_METHOD: "" });
    const number = aNumber();
    const { id } = await start(stack.client, number);
    // Vonage would repeat its receipt for a day.
    await eventually(() =>
      expect(stack.sandbox.exchanges()).toContainEqual(
        expect.objectContaining({ path: "/webhooks/delivery-receipt", status: 403 }),
      ),
    );
    const form = { msisdn: number, to: OUR_NUMBER, messageId: "0B1", text: codeAt(stack.sandbox, number) };
    const answer = await callsOf(stack.worker).call("/webhooks/inbound-sms", {
      method: "POST",
      body: new URLSearchParams(form),
    });
    expect([answer.status, problemOf(answer)]).toEqual([403, "webhooks-closed"]);
    await expect(stack.client.get(id)).resolves.toMatchObject({ state: "pending", attemptsLeft: 5 });
  });

  it("are accepted unsigned if the operator allows it", async () => {
    const stack = await startStack({
      WEBHOOK_SIGNATURE_SECRET: "",
      WEBHOOK_SIGNATURE_METHOD: "",
      WEBHOOK_UNSIGNED: "accept",
    });
    const number = aNumber();
    const { id } = await start(stack.client, number);
    await stack.sandbox.handset(number).reply(codeAt(stack.sandbox, number));
    await expect(stack.client.get(id)).resolves.toMatchObject({ state: "verified" });
  });
});

describe("a US short code", () => {
  it("sends to its countries, and the SMS API to all others", async () => {
    const stack = await startStack({ SHORT_CODE_COUNTRIES: "US" });
    await start(stack.client, "+12015550123");
    await start(stack.client, "+447400123456");
    const sent = stack.sandbox.exchanges().filter(({ from }) => from === "client");
    expect(sent.map(({ path, parameters }) => [path, parameters.to])).toEqual([
      ["/sc/us/2fa/json", "12015550123"],
      ["/sms/json", "447400123456"],
    ]);
    const { id } = await start(stack.client, "+12015550123");
    const text = stack.sandbox.handset("12015550123").inbox().at(-1)?.text ?? "";
    await expect(stack.client.check(id, /\d{6}/.exec(text)?.[0] ?? "")).resolves.toEqual({ verified: true });
  });

  it("without an SMS sender serves its countries only", async () => {
    const stack = await startStack({ SHORT_CODE_COUNTRIES: "US", SMS_FROM: "" });
    const error = await errorOf(start(stack.client, "+447400123456"));
    expect(error).toMatchObject({ status: 422, code: "channel_unavailable" });
  });
});

it("a channel that has no sender is refused, and nothing is counted", async () => {
  const none = { VOICE_APPLICATION_ID: "", VOICE_PRIVATE_KEY: "", VOICE_FROM: "" };
  const stack = await startStack(none);
  const error = await errorOf(stack.client.start({ to: aNumber(), channel: "voice" }));
  expect(error).toMatchObject({ status: 422, code: "channel_unavailable" });
  expect(await countsOf(stack)).toEqual({});
});
