// The sandbox with the workflow against the Worker on workerd with its storage in SQLite: the same calls get the same
// answers, and Vonage is told the same.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../../adapters/sandbox/index.ts";
import {
  createTwoFactorClient,
  isTwoFactorError,
  type TwoFactorClient,
} from "../../../src/two-factor/index.ts";
import { eventually } from "../../support/eventually.ts";
import { aNumber, notThe, startTwoFactorStack, type TwoFactorStack } from "../../support/two-factor-stack.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** One of the two, for one scenario with a number of its own. */
interface World {
  readonly sandbox: Pick<Sandbox, "handset" | "reports" | "fail">;
  readonly twoFactor: TwoFactorClient;
  readonly phone: string;
  pass(milliseconds: number): Promise<void>;
  now(): number;
}

/** Carries a scenario out. Each call of `note` adds an answer to the transcript. */
type Scenario = (world: World, note: (answer: Promise<unknown>) => Promise<string>) => Promise<void>;

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "a text whose code comes back at the second guess": async ({ twoFactor, sandbox, phone }, note) => {
    const id = await note(twoFactor.start({ to: phone, channel: "sms" }));
    const code = sandbox.handset(phone).code();
    await note(twoFactor.check(id, notThe(code)));
    await note(twoFactor.get(id));
    await note(twoFactor.check(id, code));
    await note(twoFactor.check(id, code));
    await note(twoFactor.get(id));
    await note(twoFactor.resend(id));
  },

  "a text, a resend that is too soon, and a call": async ({ twoFactor, sandbox, phone, pass }, note) => {
    const id = await note(twoFactor.start({ to: phone, channel: "sms", locale: "de" }));
    await note(twoFactor.resend(id));
    await pass(6 * SECOND);
    await note(twoFactor.resend(id, { channel: "voice" }));
    await note(twoFactor.check(id, sandbox.handset(phone).code()));
    await pass(20 * MINUTE);
    await note(twoFactor.get(id));
  },

  "a code that nobody types, and that comes back late": async ({ twoFactor, sandbox, phone, pass }, note) => {
    const id = await note(twoFactor.start({ to: phone, channel: "sms" }));
    await pass(6 * MINUTE);
    await note(twoFactor.get(id));
    await note(twoFactor.check(id, sandbox.handset(phone).code()));
    await pass(MINUTE);
  },

  "five wrong guesses": async ({ twoFactor, sandbox, phone, pass }, note) => {
    const id = await note(twoFactor.start({ to: phone, channel: "sms" }));
    const wrong = notThe(sandbox.handset(phone).code());
    for (let guess = 0; guess < 6; guess++) await note(twoFactor.check(id, wrong));
    await pass(6 * MINUTE);
  },

  "a start that is cancelled, and another that replaces one": async (
    { twoFactor, sandbox, phone, pass },
    note,
  ) => {
    const first = await note(twoFactor.start({ to: phone, channel: "sms" }));
    await note(twoFactor.cancel(first));
    await note(twoFactor.get(first));
    const second = await note(twoFactor.start({ to: phone, channel: "sms" }));
    const third = await note(twoFactor.start({ to: phone, channel: "sms", supersede: true }));
    await note(twoFactor.get(second));
    await note(twoFactor.check(third, sandbox.handset(phone).code()));
    await pass(6 * MINUTE);
  },

  "requests that are repeated under their key": async ({ twoFactor, sandbox, phone }, note) => {
    const idempotencyKey = crypto.randomUUID();
    const id = await note(twoFactor.start({ to: phone, channel: "sms" }, { idempotencyKey }));
    await note(twoFactor.start({ to: phone, channel: "sms" }, { idempotencyKey }));
    await note(twoFactor.start({ to: phone, channel: "voice" }, { idempotencyKey }));
    const code = sandbox.handset(phone).code();
    const checked = { idempotencyKey: crypto.randomUUID() };
    await note(twoFactor.check(id, code, checked));
    await note(twoFactor.check(id, code, checked));
  },

  "eleven texts to a number": async ({ twoFactor, phone }, note) => {
    for (let start = 0; start < 11; start++) await note(twoFactor.start({ to: phone, channel: "sms" }));
  },

  "numbers and countries that get no codes": async ({ twoFactor }, note) => {
    for (const to of ["+44123", "+33612345678", "+442079460018"]) {
      await note(twoFactor.start({ to, channel: "sms" }));
    }
    await note(twoFactor.check("0.AAAAAAAAAAAAAAAAAAAAAA", "123456"));
  },

  "an account problem of Vonage, and an outage of its reports": async (
    { twoFactor, sandbox, phone, pass },
    note,
  ) => {
    sandbox.fail({ path: "sms", smsStatus: "9" });
    await note(twoFactor.start({ to: phone, channel: "sms" }));
    sandbox.fail({ status: 503, times: 1 });
    const id = await note(twoFactor.start({ to: phone, channel: "sms" }));
    await note(twoFactor.check(id, sandbox.handset(phone).code()));
    await pass(20 * MINUTE);
  },
};

let stack: TwoFactorStack;

beforeAll(async () => {
  stack = await startTwoFactorStack();
});
afterAll(() => stack.stop());

describe("the sandbox with the workflow answers like the Worker to", () => {
  it.each(Object.entries(SCENARIOS))("%s", async (_, scenario) => {
    const [ours, theirs] = [createWorld(), createWorldOnWorkerd()];
    const expected = await record(scenario, theirs);
    expect(await record(scenario, ours)).toEqual(expected);
    await ours.pass(HOUR);
    // On workerd a turn of the clock may come while a report is under way, which is then due after it.
    await eventually(async () => {
      await theirs.pass(10 * MINUTE);
      expect(outcomesOf(theirs)).toEqual(outcomesOf(ours));
    });
  });
});

function createWorld(): World {
  const sandbox = createSandbox({
    twoFactor: {
      brand: "Acme",
      countries: ["GB", "US"],
      cooldown: 5,
      limits: {
        number: { messages: 10, period: 3_600_000 },
        prefix: { messages: 10_000, period: 3_600_000 },
      },
    },
  });
  const { endpoint, key, fetch, now, advance } = sandbox;
  const twoFactor = createTwoFactorClient({ endpoint, key, fetch });
  return { sandbox, twoFactor, phone: `+${aNumber()}`, pass: advance, now };
}

function createWorldOnWorkerd(): World {
  const { sandbox, client, now, turnClock } = stack;
  return { sandbox, twoFactor: client, phone: `+${aNumber()}`, pass: turnClock, now };
}

/** Receipts arrive a moment later on workerd, where calls also ring in real time. */
const DIFFERENT = ["clientRef", "messageId", "createdAt", "sentAt", "provenAt", "receipts"];

/** The answers of a scenario, without what differs each time. */
async function record(scenario: Scenario, world: World): Promise<readonly unknown[]> {
  const answers: unknown[] = [];
  await scenario(world, async (answer) => {
    const given: unknown = await answer.catch((error: unknown) => {
      if (!isTwoFactorError(error)) throw error;
      const { code, status, retryAfter } = error;
      return { code, status, waits: retryAfter !== undefined };
    });
    const { id = "", to, expiresAt, ...rest } = Object(given);
    const left = expiresAt && Math.round((Date.parse(expiresAt) - world.now()) / (10 * SECOND));
    const same = JSON.parse(JSON.stringify(rest, (name, value) => (DIFFERENT.includes(name) ? "…" : value)));
    answers.push({ ...same, isOwn: to === undefined || to === world.phone, left });
    return id;
  });
  return answers;
}

/** The reports about each message of the world's number, oldest first. Those of different messages come in any order. */
function outcomesOf({ sandbox, phone }: World): readonly string[] {
  const handset = sandbox.handset(phone);
  const ids = [
    ...handset.inbox().flatMap(({ messageIds }) => messageIds),
    ...handset.calls().map(({ uuid }) => uuid),
  ];
  const reports = sandbox.reports();
  return ids.flatMap((id, index) =>
    reports
      .filter(({ messageId }) => messageId === id)
      .map(({ channel, delivered }) => `${index} ${channel} ${delivered}`),
  );
}
