// The peer whose Durable Object keeps failed reports and sends them again by its alarm. A report that Vonage confirms
// at once is never stored, so the object detects no duplicates and no contradictions.

import { DurableObject } from "cloudflare:workers";
import type { ShardContext } from "../../../adapters/cloudflare/index.ts";
import { createPeer, type PeerEnv, type PeerReport, sendToVonage } from "./peer.ts";

interface OutboxEnv extends PeerEnv {
  readonly LEDGER: {
    idFromName(name: string): unknown;
    get(id: unknown): { report(report: PeerReport): Promise<200 | 202> };
  };
}

const RETRY_MS = 60_000;

/** Named like our class, so that the bench binds it in the same way. */
export class Ledger extends DurableObject {
  readonly #storage: ShardContext["storage"];
  readonly #env: PeerEnv;

  constructor(context: ShardContext, env: PeerEnv) {
    super(context, env);
    this.#storage = context.storage;
    this.#env = env;
    this.#storage.sql.exec(
      "CREATE TABLE IF NOT EXISTS outbox (id TEXT PRIMARY KEY, report TEXT) WITHOUT ROWID",
    );
  }

  async report(report: PeerReport): Promise<200 | 202> {
    try {
      await sendToVonage(report, this.#env);
      return 200;
    } catch {
      const id = `${report.channel} ${report.messageId}`;
      this.#storage.sql.exec("INSERT OR REPLACE INTO outbox VALUES (?, ?)", id, JSON.stringify(report));
      await this.#storage.setAlarm(Date.now() + RETRY_MS);
      return 202;
    }
  }

  async alarm(): Promise<void> {
    for (const { id, report } of this.#storage.sql.exec("SELECT * FROM outbox LIMIT 100").toArray()) {
      await sendToVonage(JSON.parse(String(report)), this.#env);
      this.#storage.sql.exec("DELETE FROM outbox WHERE id = ?", String(id));
    }
  }
}

export default createPeer<OutboxEnv>((report, env) =>
  env.LEDGER.get(env.LEDGER.idFromName("outbox")).report(report),
);
