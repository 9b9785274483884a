// Waiting for a challenge to end, end to end: the sandbox's handset replies, and who waits hears of it at once.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROXY_KEY } from "../../support/local-stack.ts";
import {
  aNumber,
  codeAt,
  notThe,
  startTwoFactorStack,
  type TwoFactorStack,
} from "../../support/two-factor-stack.ts";

let stack: TwoFactorStack;
beforeAll(async () => {
  stack = await startTwoFactorStack();
});
afterAll(() => stack?.stop());

const start = async (to = aNumber()) => ({ ...(await stack.client.start({ to, channel: "sms" })), to });

async function wait(id: string, seconds: number | string) {
  const started = performance.now();
  const response = await fetch(`${stack.worker.url}/2fa/${id}?wait=${seconds}`, {
    headers: { authorization: `Bearer ${PROXY_KEY.key}` },
  });
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, body, ms: performance.now() - started };
}

describe("GET /2fa/{id}?wait=", () => {
  it("answers as soon as a reply has verified, and other calls go on meanwhile", async () => {
    const { id, to } = await start();
    let over = false;
    const waiting = wait(id, 20).finally(() => {
      over = true;
    });
    // The same object: more starts and checks of the same number.
    const other = await start(to);
    await expect(stack.client.check(other.id, "000000")).resolves.toMatchObject({ verified: false });
    await expect(stack.client.get(id)).resolves.toMatchObject({ state: "pending" });
    expect(over).toBe(false);
    await stack.sandbox.handset(to).reply(codeAt(stack.sandbox, to));
    await stack.client.check(id, "000000");
    await stack.client.cancel(id);
    const { status, body, ms } = await waiting;
    expect([status, body.id]).toEqual([200, id]);
    expect(body.state).not.toBe("pending");
    expect(ms).toBeLessThan(10_000);
  });

  it("answers every waiting call after a check, a lock, a cancellation and a newer challenge", async () => {
    const endings: Readonly<Record<string, (id: string, to: string) => Promise<unknown>>> = {
      verified: (id, to) => stack.client.check(id, codeAt(stack.sandbox, to)),
      locked: async (id, to) => {
        const wrong = notThe(codeAt(stack.sandbox, to));
        for (let tried = 0; tried < 5; tried++) await stack.client.check(id, wrong);
      },
      cancelled: (id) => stack.client.cancel(id),
      superseded: (_, to) => stack.client.start({ to, channel: "sms", supersede: true }),
    };
    for (const [state, end] of Object.entries(endings)) {
      const { id, to } = await start();
      const waiting = Promise.all([wait(id, 20), wait(id, 20)]);
      await new Promise((resolve) => setTimeout(resolve, 100));
      await end(id, to);
      for (const { body, ms } of await waiting) {
        expect(body.state).toBe(state);
        expect(ms).toBeLessThan(10_000);
      }
    }
  });

  it("answers at once for ended and unknown challenges", async () => {
    const { id } = await start();
    await stack.client.cancel(id);
    expect(await wait(id, 20)).toMatchObject({ status: 200, body: { state: "cancelled" } });
    expect((await wait("0.AAAAAAAAAAAAAAAAAAAAAA", 20)).status).toBe(404);
    expect((await wait(id, 0)).status).toBe(200);
  });

  it("is in the client", async () => {
    const { id, to } = await start();
    const looking = stack.client.get(id, { wait: 20 });
    await stack.client.check(id, codeAt(stack.sandbox, to));
    await expect(looking).resolves.toMatchObject({ state: "verified" });
  });

  it("answers when its time is up, not before", async () => {
    const { id } = await start();
    const { body, ms } = await wait(id, 1);
    expect(body.state).toBe("pending");
    expect(ms).toBeGreaterThanOrEqual(990);
    expect(ms).toBeLessThan(8000);
  });

  it.each(["-1", "31", "1.5", "a", "", "1e1", "99999999999"])("refuses wait=%s", async (seconds) => {
    const { id } = await start();
    expect(await wait(id, seconds)).toMatchObject({
      status: 400,
      body: { errors: [{ parameter: "wait", detail: expect.stringContaining("0 to 30") }] },
    });
  });
});
