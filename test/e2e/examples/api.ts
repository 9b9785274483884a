// The behaviour of an example that takes JSON: `POST { number }`, `POST { code }`, `GET`.

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

export interface Api {
  readonly path: string;
  /** The origin whose pages may read the answers. */
  readonly origin: string | null;
}

export function createApiBehaviours({ path, origin }: Api): readonly Behaviour[] {
  return [
    {
      name: "JSON: the sent code signs in, and true is reported to Vonage",
      check: async (scene) => {
        const { number, code, messageId, session } = await askForCode(scene, path);
        const signedIn = await call(scene.url + path, { body: { code }, session });
        assert.equal(signedIn.status, 200);
        const who = await call(scene.url + path, { session: signedIn.body.session });
        assert.deepEqual(who, { status: 200, body: { user: `+${number}` }, origin });
        await untilEqual(() => reportsOf(scene.sandbox, messageId), [true]);
      },
    },
    {
      name: "JSON: a wrong code gets the number of guesses left, and nothing is reported",
      check: async (scene) => {
        const { code, messageId, session } = await askForCode(scene, path);
        const wrong = await call(scene.url + path, { body: { code: notThe(code) }, session });
        const message = "That code is wrong. You can try 4 times more.";
        assert.deepEqual(wrong, { status: 422, body: { message }, origin });
        assert.deepEqual(reportsOf(scene.sandbox, messageId), []);
        assert.equal((await call(scene.url + path, { session })).status, 401);
      },
    },
    {
      name: "JSON: an invalid number, code, session or body is answered by a sentence",
      check: async (scene) => {
        const { code, session } = await askForCode(scene, path);
        for (const [asked, status, message] of [
          [{ body: { number: "+44 12" } }, 422, /^That is not a phone number\. /],
          [{ body: { code: "abc" }, session }, 422, /^That is not a code\. /],
          [{ body: { code }, session: `${session}x` }, 422, /^That code is too old\. /],
          [{ body: { code } }, 422, /^That code is too old\. /],
          [{ body: [] }, 400, /^Send a number or a code\.$/],
          [{}, 401, /^Sign in first\.$/],
        ] as const) {
          const answered = await call(scene.url + path, asked);
          assert.equal(answered.status, status);
          assert.match(answered.body.message ?? "", message);
        }
      },
    },
    {
      name: "JSON: a new code comes by text or call, and not too soon",
      check: async (scene) => {
        const { number, session } = await askForCode(scene, path);
        const soon = await call(scene.url + path, { body: { resend: "sms" }, session });
        assert.equal(soon.status, 422);
        assert.match(soon.body.message ?? "", /^The last code may still arrive\. /);
        await scene.turnClock(COOLDOWN_MS);
        const again = await call(scene.url + path, { body: { resend: "voice" }, session });
        assert.equal(again.status, 200);
        await untilEqual(() => /^\d{4,10}$/.test(codeHeardAt(scene.sandbox, number)), true);
        const code = codeHeardAt(scene.sandbox, number);
        assert.equal(
          (await call(scene.url + path, { body: { code }, session: again.body.session })).status,
          200,
        );
      },
    },
    {
      name: "JSON: neither key nor challenge leaves the server, and no user's data is logged",
      check: async (scene) => {
        const { number, code, session } = await askForCode(scene, path);
        const sent = scene.sandbox.exchanges().find(({ parameters }) => parameters.to === number);
        const challenge = sent?.parameters["client-ref"] ?? "";
        assert.match(challenge, /^[\w-]+\.[\w-]+$/);
        for (const secret of [PROXY_KEY.key, SESSION_SECRET, code, challenge, number]) {
          assert.ok(!session.includes(secret) && !scene.output().includes(secret), "a secret left");
        }
      },
    },
  ];
}

interface Asked {
  readonly body?: unknown;
  readonly session?: string | undefined;
}

async function call(url: string, { body, session }: Asked) {
  const response = await fetch(url, {
    method: body === undefined ? "GET" : "POST",
    headers: session === undefined ? {} : { authorization: `Bearer ${session}` },
    body: body === undefined ? null : JSON.stringify(body),
  });
  return {
    status: response.status,
    body: (await response.json()) as { session?: string; user?: string; message?: string },
    origin: response.headers.get("access-control-allow-origin"),
  };
}

/** Signs in up to the prompt for the code. */
async function askForCode(scene: Scene, path: string) {
  const number = aNumber();
  const { status, body } = await call(scene.url + path, { body: { number: `+${number}` } });
  assert.equal(status, 200);
  const [message] = scene.sandbox.handset(number).inbox();
  const messageId = message?.messageIds[0];
  return { number, code: codeAt(scene.sandbox, number), messageId, session: body.session ?? "" };
}
