// Documented and undocumented changes of the number of shards, over HTTP. Workers with both settings serve the same
// messages at once, from the same objects.

import { describe, expect, it, vi } from "vitest";
import worker, { type Env, type ShardNamespace } from "../../../../adapters/cloudflare/index.ts";
import { createSandbox } from "../../../../src/sandbox/index.ts";
import { eventually } from "../../../support/eventually.ts";
import { createInProcessLedger } from "../../../support/in-process-ledger.ts";
import { ADMIN_KEY, bindingsFor, PROXY_KEY } from "../../../support/local-bindings.ts";
import { cases } from "../../../support/property-seed.ts";

const MESSAGES = cases(120);

/** Delays each call and each answer, like a network. */
function withLatency(namespace: ShardNamespace): ShardNamespace {
  const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
  return {
    idFromName: (name) => namespace.idFromName(name),
    get: (id) => {
      const shard = namespace.get(id) as Record<string, (...given: unknown[]) => Promise<unknown>>;
      return new Proxy(shard, {
        get:
          (_, method: string) =>
          async (...given: unknown[]) => {
            await pause();
            const result = await shard[method]?.(...given);
            await pause();
            return result;
          },
      });
    },
  };
}

describe.each([
  ["named, in one step", "4", "8,4"],
  ["named in advance", "4,8", "8,4"],
  ["not named", "4", "8"],
  ["to fewer, not named", "7", "3"],
  ["back", "8,4", "4,8"],
])("the number of shards changes, the former one %s: %s → %s", (_, before, after) => {
  it("gives no message two outcomes while Workers with both settings run", async () => {
    const sandbox = createSandbox();
    vi.stubGlobal("fetch", (input: Request | string | URL, init?: RequestInit) =>
      sandbox.fetch(new Request(input, init)),
    );
    const lines: string[] = [];
    for (const method of ["log", "error"] as const) {
      vi.spyOn(console, method).mockImplementation((line: string) => void lines.push(line));
    }
    const base = bindingsFor("https://api.nexmo.com") as Env;
    const ledger = createInProcessLedger(base);
    const LEDGER = withLatency(ledger.namespace);
    const isolate = (LEDGER_SHARDS: string): Env => ({ ...base, LEDGER, LEDGER_SHARDS });
    const call = async (env: Env, path: string, init: RequestInit = {}) => {
      const request = new Request(`https://worker.example${path}`, init);
      const response = await worker.fetch(request, env, { waitUntil: () => {} });
      return { status: response.status, body: JSON.parse((await response.text()) || "{}") };
    };
    const report = (env: Env, id: string, delivered: boolean) =>
      call(env, "/conversions/sms", {
        method: "POST",
        headers: { authorization: `Bearer ${PROXY_KEY.key}`, accept: "application/json" },
        body: new URLSearchParams({ "message-id": id, delivered: String(delivered) }),
      });

    const running = isolate(before);
    const answers: number[] = [];
    await Promise.all(
      Array.from({ length: MESSAGES }, async (_, index) => {
        await new Promise((resolve) => setTimeout(resolve, index * 2));
        // New isolates with either setting, and one that has run for a long time.
        const older = index % 3 === 0 ? isolate(before) : running;
        const newer = isolate(after);
        const outcomes = index % 2 === 0 ? [true, false] : [false, true];
        const both = await Promise.all([
          report(older, `m-${index}`, outcomes[0] === true),
          report(newer, `m-${index}`, outcomes[1] === true),
        ]);
        answers.push(...both.map(({ status }) => status));
      }),
    );
    expect(answers.filter((status) => ![200, 202, 409].includes(status))).toEqual([]);
    await eventually(() =>
      expect(new Set(sandbox.reports().map(({ messageId }) => messageId)).size).toBe(MESSAGES),
    );
    const outcomes = new Map<string, boolean[]>();
    for (const { messageId, delivered } of sandbox.reports()) {
      outcomes.set(messageId, [...(outcomes.get(messageId) ?? []), delivered]);
    }
    for (const [id, seen] of outcomes)
      expect([id, seen.indexOf(false) > seen.indexOf(true) && seen.includes(true)]).toEqual([id, false]);

    const { body } = await call(isolate(after), "/stats", {
      headers: { authorization: `Bearer ${ADMIN_KEY.key}` },
    });
    const rows = Object.values(body.reports as Record<string, number>).reduce((sum, one) => sum + one, 0);
    expect(rows, "one row for each message").toBe(MESSAGES);
    await ledger.close();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });
});
