// The Worker of the tests about Insight, what they send to it, and a receiver of its webhook.

import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Gathered, GatheredEntry, Gathering } from "../../../adapters/cloudflare/insight/rpc.ts";
import { toCohort } from "../../../src/insight/cohort.ts";
import type { Counts } from "../../../src/insight/counts.ts";
import { type DiskWorker, startDiskWorker } from "../../support/disk-worker.ts";
import { ADMIN_KEY, bindingsFor } from "../../support/local-stack.ts";
import { createTurnedClock } from "../../support/turned-clock/turned-clock.ts";

const HOUR_MS = 3_600_000;
export const GB = "2fa/sms/GB/23410";
export const BY_ADMIN = { authorization: `Bearer ${ADMIN_KEY.key}` };
export const WEBHOOK_SECRET = `whsec_${btoa("a secret of exactly 32 bytes ...")}`;

/** The webhooks that the receiver got. */
export interface ReceivedWebhook {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly path: string;
}

export interface InsightStack {
  readonly worker: DiskWorker;
  /** The folder of the Durable Objects' files. */
  readonly storage: string;
  readonly webhooks: ReceivedWebhook[];
  /** Sets the status that the receiver answers. */
  answer(status: number): void;
  /** Turns the Worker's clock forward, in milliseconds. */
  turn(by: number): Promise<void>;
  /**
   * Turns it to the next full hour. The usual volume is known by the hour of the day, so a flood that reaches into
   * another hour would be judged differently.
   */
  turnToFullHour(): Promise<void>;
  now(): number;
  gather(gathering: Gathering): Promise<{ status: number; body: Gathered & { refusal?: string } }>;
  /** Adds to what the source `ledger-0` counts of the present cohort, and sends it. */
  count(segment: string, counts: Counts): Promise<void>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  stop(): Promise<void>;
}

export async function startInsightStack(
  bindings: Readonly<Record<string, string>> = {},
): Promise<InsightStack> {
  const webhooks: ReceivedWebhook[] = [];
  let status = 200;
  const receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = await request.toArray();
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    webhooks.push({ headers, body: Buffer.concat(chunks).toString(), path: request.url ?? "" });
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const { port } = receiver.address() as AddressInfo;
  const storage = mkdtempSync(join(tmpdir(), "insight-"));
  const worker = await startDiskWorker({
    entry: "test/e2e/contract/insight-worker.ts",
    storage,
    bindings: {
      ...bindingsFor("http://127.0.0.1:9"),
      INSIGHT_WEBHOOK_URL: "https://hooks.acme.com/alarms",
      INSIGHT_WEBHOOK_SECRET: WEBHOOK_SECRET,
      HOOK_URL: `http://127.0.0.1:${port}`,
      ...bindings,
    },
  });
  const clock = createTurnedClock();
  let seq = 0;
  const held = new Map<string, GatheredEntry>();

  const stack: InsightStack = {
    worker,
    storage,
    webhooks,
    answer: (next) => {
      status = next;
    },
    turn: (by) => clock.turn(by, worker.url),
    turnToFullHour: () => clock.turn(HOUR_MS - (clock.now() % HOUR_MS), worker.url),
    now: clock.now,
    gather: async (gathering) => {
      const response = await fetch(`${worker.url}/test/gather`, {
        method: "POST",
        body: JSON.stringify(gathering),
      });
      return { status: response.status, body: (await response.json()) as Gathered & { refusal?: string } };
    },
    count: async (segment, counts) => {
      const cohort = toCohort(stack.now());
      const sum: Record<string, number> = { ...held.get(`${cohort} ${segment}`)?.counts };
      for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count;
      const entry = { seq: ++seq, cohort, segment, counts: sum };
      held.set(`${cohort} ${segment}`, entry);
      const { status: answered, body } = await stack.gather({
        source: "ledger-0",
        upTo: seq,
        entries: [entry],
      });
      if (answered !== 200) throw new Error(JSON.stringify(body));
    },
    get: (path, headers = {}) => fetch(worker.url + path, { headers: { ...BY_ADMIN, ...headers } }),
    stop: async () => {
      await worker.stop();
      receiver.close();
      rmSync(storage, { recursive: true, force: true });
    },
  };
  return stack;
}
