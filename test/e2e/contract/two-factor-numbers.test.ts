// The numbers that codes go to, and phones with two numbers: end to end.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signParameters } from "../../../src/wire/signature.ts";
import {
  aNumber,
  COOLDOWN_MS,
  codeAt,
  codeHeardAt,
  SIGNATURE_SECRET,
  startTwoFactorStack,
  type TwoFactorStack,
} from "../../support/two-factor-stack.ts";
import { BY_SHOP, callsOf, problemOf } from "./ledger-worker.ts";

const running: TwoFactorStack[] = [];
afterAll(async () => {
  await Promise.all(running.map((one) => one.stop()));
});

async function startStack(bindings: Record<string, string>): Promise<TwoFactorStack> {
  const stack = await startTwoFactorStack(bindings);
  running.push(stack);
  return stack;
}

const countsOf = async (stack: TwoFactorStack) => (await callsOf(stack.worker).look("/stats")).body.twoFactor;
const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => expect.unreachable("it was not refused"),
    (error: unknown) => error,
  );
/** A webhook as Vonage signs it. */
async function hook({ worker, now }: TwoFactorStack, name: string, parameters: Record<string, string>) {
  const timestamp = String(Math.floor(now() / 1000));
  const signed = { ...parameters, timestamp, nonce: crypto.randomUUID() };
  const sig = await signParameters(Object.entries(signed), SIGNATURE_SECRET, "sha256");
  const body = new URLSearchParams({ ...signed, sig });
  const answer = await callsOf(worker).call(`/webhooks/${name}`, { method: "POST", body });
  expect(answer.status).toBe(200);
}

/** The numbers that Vonage sent texts to, in order. */
const texted = ({ sandbox }: TwoFactorStack) =>
  sandbox
    .exchanges()
    .filter(({ from, path }) => from === "client" && path === "/sms/json")
    .map(({ parameters }) => parameters.to);

describe("where every country is served", () => {
  let stack: TwoFactorStack;
  beforeAll(async () => {
    stack = await startStack({ TWO_FACTOR_COUNTRIES: "*" });
  });

  it.each([
    ["+19005550123", "premium-rate"],
    ["+12129761234", "premium-rate"],
    ["+33899123456", "premium-rate"],
    ["+448712345678", "premium-rate"],
    ["+18005550199", "toll-free"],
    ["+443451234567", "uan"],
    ["+447012345678", "personal"],
    ["+447640123456", "pager"],
    ["+445612345678", "voip"],
    ["+442079460018", "landline"],
  ])("no text goes to %s, which is %s", async (to, type) => {
    const error = await errorOf(stack.client.start({ to, channel: "sms" }));
    expect(error).toMatchObject({ status: 422, code: "number_refused", retryable: false });
    expect((error as Error).message).toContain(type);
    expect(JSON.stringify(error)).not.toContain(to.slice(1));
  });

  it.each(["+19005550123", "+448712345678", "+18005550199", "+447012345678", "+445612345678"])(
    "no call goes to %s",
    async (to) => {
      const error = await errorOf(stack.client.start({ to, channel: "voice" }));
      expect(error).toMatchObject({ status: 422, code: "number_refused" });
    },
  );

  it.each([
    "+881612345678",
    "+870773123456",
    "+8821612345678",
    "+88310012345",
    "+979123456789",
    "+80012345678",
  ])("nothing goes to %s, which belongs to no country", async (to) => {
    for (const channel of ["sms", "voice"] as const) {
      const error = await errorOf(stack.client.start({ to, channel }));
      expect(error).toMatchObject({ status: 403, code: "country_not_served" });
      expect((error as Error).message).toContain("001");
    }
  });

  it("a refusal is counted, uses up no limit, and does not reach Vonage", async () => {
    const counts = await countsOf(stack);
    expect(counts).toMatchObject({ "refused:number-refused": 15, "refused:country-not-served": 12 });
    expect(counts).not.toHaveProperty("messages");
    expect(texted(stack)).toEqual([]);
  });

  it("calls go to landlines, and where a plan does not tell them apart texts go as well", async () => {
    await stack.client.start({ to: "+442079460018", channel: "voice" });
    await stack.client.start({ to: "+12015550123", channel: "sms" });
    expect(stack.sandbox.handset("442079460018").calls()).toHaveLength(1);
    expect(stack.sandbox.handset("12015550123").inbox()).toHaveLength(1);
  });

  it("a challenge that began with a call to a landline does not go on with a text", async () => {
    const { id } = await stack.client.start({ to: "+442079460019", channel: "voice" });
    await stack.turnClock(COOLDOWN_MS);
    const error = await errorOf(stack.client.resend(id, { channel: "sms" }));
    expect(error).toMatchObject({ status: 422, code: "number_refused" });
    expect(stack.sandbox.handset("442079460019").inbox()).toEqual([]);
    const code = codeHeardAt(stack.sandbox, "442079460019");
    await expect(stack.client.check(id, code)).resolves.toEqual({ verified: true });
  });
});

describe("settings", () => {
  it("allow and refuse types of numbers, and numbers of no country", async () => {
    const stack = await startStack({
      TWO_FACTOR_COUNTRIES: "* 001",
      TWO_FACTOR_NUMBER_TYPES: "sms=mobile+landline+toll-free voice=voip",
    });
    const { client } = stack;
    for (const to of ["+442079460018", "+18005550199", "+881612345678"]) {
      await client.start({ to, channel: "sms" });
    }
    await client.start({ to: "+445612345678", channel: "voice" });
    for (const to of ["+979123456789", "+448712345678"]) {
      expect(await errorOf(client.start({ to, channel: "sms" }))).toMatchObject({ code: "number_refused" });
    }
    const error = await errorOf(client.start({ to: `+${aNumber()}`, channel: "voice" }));
    expect(error).toMatchObject({ code: "number_refused" });

    const refusing = await startStack({ TWO_FACTOR_COUNTRIES: "* -001" });
    const refused = await errorOf(refusing.client.start({ to: "+881612345678", channel: "sms" }));
    expect(refused).toMatchObject({ code: "country_not_served" });
  });

  it("name the country of national numbers, and a request may name another", async () => {
    const stack = await startStack({ TWO_FACTOR_DEFAULT_COUNTRY: "GB" });
    const { client } = stack;
    await expect(client.start({ to: "07400 300001", channel: "sms" })).resolves.toMatchObject({
      to: "+447400300001",
    });
    await expect(
      client.start({ to: "(201) 555-0124", defaultCountry: "US", channel: "sms" }),
    ).resolves.toMatchObject({ to: "+12015550124" });
    // As it was typed into a form, with no client of ours.
    const body = new URLSearchParams({ to: "０７４００ ３００００２", channel: "sms" });
    const answer = await callsOf(stack.worker).call("/2fa", { method: "POST", headers: BY_SHOP, body });
    expect([answer.status, answer.body.to]).toEqual([201, "+447400300002"]);
    expect(texted(stack)).toEqual(["447400300001", "12015550124", "447400300002"]);
    // A number of ours is never in a log; masked ones are, however they were typed.
    const logs = stack.logs.join("\n");
    expect(logs).not.toMatch(/7400 ?30000|201.{0,2}555|０７４/);
    expect(logs).toContain("+44********01");
  });
});

describe("without a default country", () => {
  let stack: TwoFactorStack;
  beforeAll(async () => {
    stack = await startStack({ TWO_FACTOR_COUNTRIES: "GB US EG" });
  });

  it("a number that is not in E.164 is refused, even if it could be an Egyptian one", async () => {
    for (const to of ["(201) 555-0123", "020 7946 0018", "00 44 7400 123456", "201 5550123"]) {
      const error = await errorOf(stack.client.start({ to, channel: "sms" }));
      expect(error).toMatchObject({ code: "invalid_number" });
      expect(JSON.stringify(error)).not.toContain(to);
    }
    expect(texted(stack)).toEqual([]);
  });

  it("a problem names a + that a form turned into a space", async () => {
    const { call } = callsOf(stack.worker);
    const headers = { ...BY_SHOP, "content-type": "application/x-www-form-urlencoded" };
    const answer = await call("/2fa", { method: "POST", headers, body: "to=+447400300003&channel=sms" });
    expect([answer.status, problemOf(answer)]).toEqual([422, "invalid-number"]);
    expect(answer.body.detail).toContain("%2B");
  });

  it.each(["+44 7400 300004", "+44 (0)7400-300004", "447400300004", "+４４７４００３００００４"])(
    "%j is one identity, at the start, at a look, and asked for again",
    async (to) => {
      const { id, to: identity } = await stack.client.start({ to, channel: "sms" });
      expect(identity).toBe("+447400300004");
      await expect(stack.client.get(id)).resolves.toMatchObject({ to: identity });
      const again = await stack.client.start({ to: identity, defaultCountry: "US", channel: "sms" });
      expect(again.to).toBe(identity);
    },
  );

  it("a resend names the number too, and a problem never does", async () => {
    const number = aNumber();
    const { id } = await stack.client.start({ to: number, channel: "sms" });
    await stack.turnClock(COOLDOWN_MS);
    await expect(stack.client.resend(id)).resolves.toMatchObject({ to: `+${number}` });
    stack.sandbox.fail({ path: "sms", drop: true, recorded: true });
    const other = aNumber();
    const { body } = await callsOf(stack.worker).call("/2fa", {
      method: "POST",
      headers: BY_SHOP,
      body: new URLSearchParams({ to: other, channel: "sms" }),
    });
    expect(body).toMatchObject({ id: expect.any(String) });
    expect(JSON.stringify(body)).not.toContain(other);
    await expect(stack.client.get(String(body.id))).resolves.toMatchObject({ to: `+${other}` });
  });
});

describe("one phone with two numbers", () => {
  const limits = "number=2/3600 prefix=10000/3600 caller=10000/3600 total=10000/3600";
  let stack: TwoFactorStack;
  beforeAll(async () => {
    stack = await startStack({ TWO_FACTOR_COUNTRIES: "AR BR MX", TWO_FACTOR_LIMITS: limits });
  });

  it.each([
    ["Brazil", "551187654321", "5511987654321"],
    ["Mexico", "5215512345678", "525512345678"],
    ["Argentina", "541143211234", "5491143211234"],
  ])(
    "in %s has one limit, one identity, and gets its texts by the number of today",
    async (_, other, known) => {
      for (const to of [other, known]) {
        await expect(stack.client.start({ to: `+${to}`, channel: "sms" })).resolves.toMatchObject({
          to: `+${known}`,
        });
      }
      expect(texted(stack).slice(-2)).toEqual([known, known]);
      for (const to of [other, known]) {
        const error = await errorOf(stack.client.start({ to: `+${to}`, channel: "sms" }));
        expect(error).toMatchObject({ code: "number_limit" });
      }
    },
  );

  it.each([
    ["Brazil", "5511987654322", "551187654322"],
    ["Mexico", "525512345679", "5215512345679"],
    ["Argentina", "5491143211235", "541143211235"],
  ])("in %s is answered by whichever number a reply or a receipt names", async (_, known, other) => {
    const { sandbox, client } = stack;
    sandbox.carrier({ receipts: "missing" });
    const { id } = await client.start({ to: `+${known}`, channel: "sms" });
    const [messageId = ""] = sandbox.handset(known).inbox().at(-1)?.messageIds ?? [];
    await hook(stack, "delivery-receipt", { msisdn: other, to: "1", messageId, status: "failed" });
    const { messages } = await client.get(id);
    expect(messages[0]?.receipts).toContainEqual(expect.objectContaining({ messageId, status: "failed" }));
    await hook(stack, "inbound-sms", {
      msisdn: other,
      to: "1",
      messageId: "0B1",
      text: codeAt(sandbox, known),
    });
    await expect(client.get(id)).resolves.toMatchObject({ state: "verified" });
  });

  it("in Argentina is called by the number as written, and texted by the one with 9", async () => {
    const { id } = await stack.client.start({ to: "+54 11 4321-1236", channel: "voice" });
    expect(stack.sandbox.handset("541143211236").calls()).toHaveLength(1);
    await stack.turnClock(COOLDOWN_MS);
    await stack.client.resend(id, { channel: "sms" });
    expect(stack.sandbox.handset("5491143211236").inbox()).toHaveLength(1);
  });
});
