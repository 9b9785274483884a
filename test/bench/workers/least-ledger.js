// The least that a ledger can do: one call of a Durable Object, which stores a row, makes one fetch and changes the
// row. It does not authenticate, check, retry, purge, limit or log. This is the platform's price of a durable row; the
// difference to our Worker is our own cost.

import { DurableObject } from "cloudflare:workers";

export class Ledger extends DurableObject {
  constructor(context, env) {
    super(context, env);
    context.storage.sql.exec(
      "CREATE TABLE IF NOT EXISTS reports (id TEXT PRIMARY KEY, state TEXT) WITHOUT ROWID",
    );
  }

  async report(id, body) {
    this.ctx.storage.sql.exec("INSERT INTO reports VALUES (?, 'sending')", id);
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const response = await fetch(`${this.env.VONAGE_BASE_URL}/conversions/sms`, {
      method: "POST",
      headers,
      body,
    });
    this.ctx.storage.sql.exec("UPDATE reports SET state = 'recorded' WHERE id = ?", id);
    return response.status;
  }
}

export default {
  async fetch(request, env) {
    if (request.method !== "POST") return new Response();
    const body = await request.text();
    const id = /message-id=([^&]+)/.exec(body)[1];
    const shard = Number.parseInt(id.slice(-6), 16) % Number(env.LEDGER_SHARDS);
    const status = await env.LEDGER.get(env.LEDGER.idFromName(`shard-${shard}`)).report(id, body);
    return new Response(null, { status });
  },
};
