import { expect, jest, test } from "@jest/globals";
import { createSandbox } from "vonage-conversion/sandbox";
import { createTwoFactorClient } from "vonage-conversion/two-factor";
import { createSignIn } from "./sign-in.cjs";

const PHONE = "+447400123456";

function setUp() {
  const sandbox = createSandbox({ twoFactor: true });
  const { endpoint, key, fetch } = sandbox;
  return { sandbox, signIn: createSignIn(createTwoFactorClient({ endpoint, key, fetch })) };
}

test("a user signs in, and Vonage is told", async () => {
  const { sandbox, signIn } = setUp();
  const id = await signIn.begin(PHONE);
  expect(await signIn.finish(id, sandbox.handset(PHONE).code())).toBe(true);
  expect(sandbox.reports()).toMatchObject([{ delivered: true }]);
});

test("a code that nobody types expires, and Vonage is told", async () => {
  const { sandbox, signIn } = setUp();
  const id = await signIn.begin(PHONE);
  await sandbox.advance(15 * 60_000);
  expect(sandbox.reports()).toMatchObject([{ delivered: false }]);
  expect(await signIn.finish(id, sandbox.handset(PHONE).code())).toBe(false);
});

test("an outage of Vonage is over before the test is, with the runner's own timers mocked too", async () => {
  jest.useFakeTimers();
  const { sandbox, signIn } = setUp();
  sandbox.fail({ path: "sms", hang: true });
  await expect(signIn.begin(PHONE)).rejects.toMatchObject({ code: "send_uncertain" });
  jest.useRealTimers();
});
