import assert from "node:assert/strict";
import { mock, test } from "node:test";
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
  assert.equal(await signIn.finish(id, sandbox.handset(PHONE).code()), true);
  assert.deepEqual(
    sandbox.reports().map(({ delivered }) => delivered),
    [true],
  );
});

test("a code that nobody types expires, and Vonage is told", async () => {
  const { sandbox, signIn } = setUp();
  const id = await signIn.begin(PHONE);
  await sandbox.advance(15 * 60_000);
  assert.deepEqual(
    sandbox.reports().map(({ delivered }) => delivered),
    [false],
  );
  assert.equal(await signIn.finish(id, sandbox.handset(PHONE).code()), false);
});

test("an outage of Vonage is over before the test is, with the runner's own timers mocked too", async () => {
  mock.timers.enable();
  const { sandbox, signIn } = setUp();
  sandbox.fail({ path: "sms", hang: true });
  await assert.rejects(signIn.begin(PHONE), { code: "send_uncertain" });
  mock.timers.reset();
});
