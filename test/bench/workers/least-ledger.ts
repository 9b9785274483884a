// The least that a ledger can do: one call of a Durable Object, which makes one fetch and stores the outcome. It does
// not authenticate, check, retry, purge, limit or log. This is the platform's price; the rest is our own cost.

import { DurableObject } from "cloudflare:workers";
import type { ShardContext } from "../../../adapters/cloudflare/index.ts";
import { createLeastObject, type StoreOutcome } from "./least-object.ts";

interface LeastEnv {
  readonly VONAGE_BASE_URL: string;
  readonly LEDGER_SHARDS: string;
  /** See `createLeastObject`. */
  readonly ROWS: string;
  readonly LEDGER: {
    idFromName(name: string): unknown;
    get(id: unknown): { report(id: string, body: string): Promise<number> };
  };
}

export class Ledger extends DurableObject {
  readonly #store: StoreOutcome;
  readonly #baseUrl: string;

  constructor(context: ShardContext, env: LeastEnv) {
    super(context, env);
    this.#store = createLeastObject(context.storage, env.ROWS);
    this.#baseUrl = env.VONAGE_BASE_URL;
  }

  report(id: string, body: string): Promise<number> {
    return this.#store(id, async () => {
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const url = `${this.#baseUrl}/conversions/sms`;
      const { status } = await fetch(url, { method: "POST", headers, body });
      return status;
    });
  }
}

export default {
  async fetch(request: Request, env: LeastEnv): Promise<Response> {
    if (request.method !== "POST") return new Response();
    const body = await request.text();
    const [, id = ""] = /message-id=([^&]+)/.exec(body) ?? [];
    const shard = Number.parseInt(id.slice(-6), 16) % Number(env.LEDGER_SHARDS);
    const status = await env.LEDGER.get(env.LEDGER.idFromName(`shard-${shard}`)).report(id, body);
    return new Response(null, { status });
  },
};
