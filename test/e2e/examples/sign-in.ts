// The behaviour of every example with a sign-in.

import assert from "node:assert/strict";
import { PROXY_KEY } from "../../support/local-stack.ts";
import {
  aNumber,
  COOLDOWN_MS,
  codeAt,
  codeHeardAt,
  notThe,
  reportsOf,
} from "../../support/two-factor-stack.ts";
import { untilEqual } from "../../support/until.ts";
import type { Behaviour, Scene } from "./behaviour.ts";
import { SESSION_SECRET } from "./serve.ts";
import { asVisitor, type Mode, type Visitor } from "./visitor.ts";

export function createSignInBehaviours(mode: Mode): readonly Behaviour[] {
  return [
    {
      name: `the sent code signs in, and true is reported to Vonage (${mode})`,
      check: (scene) =>
        asVisitor(scene, mode, async (visitor) => {
          const { number, code, messageId } = await askForCode(scene, visitor);
          await visitor.submit("Code", code, "Sign in");
          await visitor.reads(`You are signed in as +${number}.`);
          await untilEqual(() => reportsOf(scene.sandbox, messageId), [true]);
          await visitor.press("Sign out");
          await visitor.reads("A mobile number");
          assert.deepEqual(visitor.complaints, []);
        }),
    },
    {
      name: `a wrong code gets the number of guesses left, and nothing is reported (${mode})`,
      check: (scene) =>
        asVisitor(scene, mode, async (visitor) => {
          const { number, code, messageId } = await askForCode(scene, visitor);
          await visitor.submit("Code", notThe(code), "Sign in");
          await visitor.alert(/^That code is wrong\. You can try 4 times more\.$/);
          await visitor.submit("Code", notThe(code), "Sign in");
          await visitor.alert(/You can try 3 times more\.$/);
          assert.deepEqual(reportsOf(scene.sandbox, messageId), []);
          // Some phones show the code like this.
          await visitor.submit("Code", `${code.slice(0, 3)}\u2013${code.slice(3)}`, "Sign in");
          await visitor.reads(`You are signed in as +${number}.`);
        }),
    },
    {
      name: `an invalid number or code is answered by a sentence (${mode})`,
      check: (scene) =>
        asVisitor(scene, mode, async (visitor) => {
          const sent = () => scene.sandbox.exchanges().filter(({ path }) => path === "/sms/json").length;
          const before = sent();
          await visitor.open(`${scene.url}/`);
          await visitor.submit("Phone number", "+44 12", "Send code");
          await visitor.alert(/^That is not a phone number\. .* such as \+44 7400 123456\.$/);
          // The user corrects it, and does not type it again.
          assert.equal(await visitor.value("Phone number"), "+44 12");
          await visitor.picture(`${scene.name}-number`);
          await visitor.submit("Phone number", "+44 871 234 5678", "Send code");
          await visitor.alert(/^Codes cannot be sent to that number\. /);
          await visitor.submit("Phone number", "+49 1512 3456789", "Send code");
          await visitor.alert(/^Codes cannot be sent to that country\. /);
          assert.equal(sent(), before);
          await askForCode(scene, visitor);
          await visitor.submit("Code", "abc", "Sign in");
          await visitor.alert(/^That is not a code\. /);
          await visitor.picture(`${scene.name}-code`);
        }),
    },
    {
      name: `a failed sending is answered by a sentence (${mode})`,
      check: (scene) =>
        asVisitor(scene, mode, async (visitor) => {
          scene.sandbox.fail({ path: "sms", status: 503, times: 3 });
          await visitor.open(`${scene.url}/`);
          await visitor.submit("Phone number", `+${aNumber()}`, "Send code");
          await visitor.alert(/^The code could not be sent just now\. /);
        }),
    },
  ];
}

/** A new code, by text or by call. */
export function createResendBehaviours(mode: Mode): readonly Behaviour[] {
  return [
    createTooSoon(mode),
    {
      name: `a new code replaces the one before, and a call can bring it (${mode})`,
      check: (scene) =>
        asVisitor(scene, mode, async (visitor) => {
          const { number, code } = await askForCode(scene, visitor);
          await scene.turnClock(COOLDOWN_MS);
          await visitor.press("Send a new code");
          await visitor.reads(`We sent a new code to +${number}.`);
          await untilEqual(() => codeAt(scene.sandbox, number) === code, false);
          await visitor.submit("Code", code, "Sign in");
          await visitor.alert(/^(A newer code was sent|That code is wrong)\./);
          await scene.turnClock(COOLDOWN_MS);
          await visitor.press("Call me instead");
          await visitor.reads(`We are calling +${number} with a new code.`);
          await untilEqual(() => /^\d{4,10}$/.test(codeHeardAt(scene.sandbox, number)), true);
          await visitor.submit("Code", codeHeardAt(scene.sandbox, number), "Sign in");
          await visitor.reads(`You are signed in as +${number}.`);
        }),
    },
  ];
}

export const createTooSoon = (mode: Mode): Behaviour => ({
  name: `a new code that is asked for too soon is answered by a sentence (${mode})`,
  check: (scene) =>
    asVisitor(scene, mode, async (visitor) => {
      const { number, code } = await askForCode(scene, visitor);
      await visitor.press("Send a new code");
      await visitor.alert(/^The last code may still arrive\. Ask for another in \d+ seconds\.$/);
      await visitor.submit("Code", code, "Sign in");
      await visitor.reads(`You are signed in as +${number}.`);
    }),
});

/** Codes that one address may request. */
export const ADDRESS_LIMIT = 40;

/** Runs at the end, because this address gets no further code. */
export const createAddressLimit = (mode: Mode): Behaviour => ({
  name: "one address gets a limited number of codes, for any phone numbers",
  check: (scene) =>
    asVisitor(scene, mode, async (visitor) => {
      const ask = () => scene.client.start({ to: aNumber(), channel: "sms", ip: "127.0.0.1" });
      let asked = 0;
      const refused = await (async () => {
        while (asked++ <= ADDRESS_LIMIT) await ask();
      })().catch((error) => error);
      assert.equal(refused?.code, "address_limit");
      // Codes that the example requested earlier count too.
      assert.ok(asked < ADDRESS_LIMIT);
      await visitor.open(`${scene.url}/`);
      await visitor.submit("Phone number", `+${aNumber()}`, "Send code");
      await visitor.alert(/^Too many codes were requested\. /);
    }),
});

/** Runs last, because it reads the whole output. */
export const createSecrecy = (mode: Mode): Behaviour => ({
  name: "neither key nor challenge leaves the server, and no user's data is logged",
  check: (scene) =>
    asVisitor(scene, mode, async (visitor) => {
      const { number, code } = await askForCode(scene, visitor);
      // Vonage knows a challenge by its id.
      const sent = scene.sandbox.exchanges().find(({ parameters }) => parameters.to === number);
      const challenge = sent?.parameters["client-ref"] ?? "";
      assert.match(challenge, /^[\w-]+\.[\w-]+$/);
      const received = await visitor.received();
      assert.match(received, /Enter the code/);
      for (const secret of [PROXY_KEY.key, SESSION_SECRET, code, challenge]) {
        assert.ok(!received.includes(secret), "a secret was sent to the page");
      }
      for (const secret of [PROXY_KEY.key, SESSION_SECRET, code, challenge, number]) {
        assert.ok(!scene.output().includes(secret), "a secret was logged");
      }
    }),
});

/** Signs in up to the prompt for the code. */
async function askForCode({ url, sandbox }: Scene, visitor: Visitor) {
  const number = aNumber();
  await visitor.open(`${url}/`);
  // A national number: the user is the same in every spelling.
  await visitor.submit("Phone number", `0${number.slice(2, 6)} ${number.slice(6)}`, "Send code");
  await visitor.reads(`We sent a code to +${number}.`);
  const [message] = sandbox.handset(number).inbox();
  // The line that binds the code to the site, for autofill.
  assert.match(message?.text ?? "", /^(\d+) .*\n\n@shop\.example #\1$/);
  return { number, code: codeAt(sandbox, number), messageId: message?.messageIds[0] };
}
