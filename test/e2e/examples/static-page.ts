// The behaviour of the page that reports by token. It needs its scripts.

import assert from "node:assert/strict";
import { SANDBOX_CREDENTIALS } from "../../../src/sandbox/index.ts";
import { TOKEN_SECRET } from "../../support/local-stack.ts";
import { aNumber, codeAt, notThe, reportsOf } from "../../support/two-factor-stack.ts";
import { untilEqual } from "../../support/until.ts";
import type { Behaviour, Scene } from "./behaviour.ts";
import { asVisitor, type Visitor } from "./visitor.ts";

export const STATIC_PAGE: readonly Behaviour[] = [
  {
    name: "the page reports the message of an accepted code by its token",
    check: (scene) =>
      asVisitor(scene, "with scripts", async (visitor) => {
        const { number, code, messageId } = await askForCode(scene, visitor);
        await visitor.submit("Code", code, "Sign in");
        await visitor.reads(`You are signed in as +${number}.`);
        await untilEqual(() => reportsOf(scene.sandbox, messageId), [true]);
        assert.deepEqual(visitor.complaints, []);
      }),
  },
  {
    name: "a wrong code gets the number of guesses left, and nothing is reported",
    check: (scene) =>
      asVisitor(scene, "with scripts", async (visitor) => {
        const { code, messageId } = await askForCode(scene, visitor);
        for (const left of ["4 times", "3 times", "2 times", "once"]) {
          await visitor.submit("Code", notThe(code), "Sign in");
          await visitor.alert(new RegExp(`^That code is wrong\\. You can try ${left} more\\.$`));
        }
        await visitor.picture(`${scene.name}-code`);
        await visitor.submit("Code", notThe(code), "Sign in");
        await visitor.alert(/Ask for a new code\.$/);
        await visitor.submit("Code", code, "Sign in");
        await visitor.alert(/^That code is too old\./);
        assert.deepEqual(reportsOf(scene.sandbox, messageId), []);
      }),
  },
  {
    name: "an invalid number or a failed sending is answered by a sentence",
    check: (scene) =>
      asVisitor(scene, "with scripts", async (visitor) => {
        await visitor.open(`${scene.url}/`);
        await visitor.submit("Phone number", "+44 12", "Send code");
        await visitor.alert(/^That is not a phone number\. .* such as \+44 7400 123456\.$/);
        assert.equal(await visitor.value("Phone number"), "+44 12");
        await visitor.picture(`${scene.name}-number`);
        scene.sandbox.fail({ path: "sms", status: 503, times: 3 });
        await visitor.submit("Phone number", `+${aNumber()}`, "Send code");
        await visitor.alert(/^The code could not be sent just now\. /);
      }),
  },
  {
    name: "a new code that is asked for too soon is answered by a sentence, and the first one still signs in",
    check: (scene) =>
      asVisitor(scene, "with scripts", async (visitor) => {
        const { number, code } = await askForCode(scene, visitor);
        await visitor.press("Send a new code");
        await visitor.alert(/^A code is on its way\. Wait half a minute /);
        await visitor.submit("Code", code, "Sign in");
        await visitor.reads(`You are signed in as +${number}.`);
      }),
  },
  {
    name: "no secret leaves the server, and no user's data is logged",
    check: (scene) =>
      asVisitor(scene, "with scripts", async (visitor) => {
        const { number, code } = await askForCode(scene, visitor);
        const received = await visitor.received();
        const secrets = [SANDBOX_CREDENTIALS.twoFactor.apiSecret, TOKEN_SECRET.secret, code];
        assert.match(received, /"token":"/);
        for (const secret of secrets) assert.ok(!received.includes(secret), "a secret was sent to the page");
        for (const secret of [...secrets, number]) {
          assert.ok(!scene.output().includes(secret), "a secret was logged");
        }
      }),
  },
];

/** Signs in up to the prompt for the code. */
async function askForCode({ url, sandbox }: Scene, visitor: Visitor) {
  const number = aNumber();
  await visitor.open(`${url}/`);
  await visitor.submit("Phone number", `+${number}`, "Send code");
  await visitor.reads(`We sent a code to +${number}.`);
  const [message] = sandbox.handset(number).inbox();
  return { number, code: codeAt(sandbox, number), messageId: message?.messageIds[0] };
}
