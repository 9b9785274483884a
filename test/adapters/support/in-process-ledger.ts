// The ledger's Durable Objects in the test's own process: the same class, on Node's SQLite, with timers for alarms.

import { DatabaseSync } from "node:sqlite";
import {
  type Env,
  Ledger,
  type ShardContext,
  type ShardNamespace,
} from "../../../adapters/cloudflare/index.ts";

type Method = (...given: unknown[]) => unknown;

export interface InProcessLedger {
  /** The binding. */
  readonly namespace: ShardNamespace;
  /** All that is stored, as JSON. */
  dump(): string;
  /** Waits for what is under way, and has nothing begun any more. */
  close(): Promise<void>;
}

/** Shards are made when they are first asked for; `env` is theirs, as the Worker's is. */
export function createInProcessLedger(env: Env): InProcessLedger {
  const databases: DatabaseSync[] = [];
  const shards = new Map<string, Record<string, Method>>();
  const timers = new Map<string, NodeJS.Timeout>();
  const alarms = new Set<unknown>();
  let closed = false;

  const namespace = {
    idFromName: (name: string) => name,
    get: (name: string) => {
      const shard = shards.get(name) ?? open(name);
      // As by RPC: data goes across, and nothing else.
      return new Proxy(shard, {
        get:
          (_, method: string) =>
          async (...given: unknown[]) =>
            structuredClone(await shard[method]?.(...structuredClone(given))),
      });
    },
  };
  return {
    namespace,
    dump: () =>
      JSON.stringify(
        databases.flatMap((database) =>
          ["reports", "gates", "set_aside"].map((table) => database.prepare(`SELECT * FROM ${table}`).all()),
        ),
      ),
    close: async () => {
      closed = true;
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.all(alarms);
    },
  };

  function open(name: string): Record<string, Method> {
    const database = new DatabaseSync(":memory:");
    databases.push(database);
    const context: ShardContext = {
      id: { name },
      storage: {
        sql: {
          exec: (query, ...bindings) => {
            // Of several statements none has a result.
            const rows =
              bindings.length > 0 || /^\s*SELECT/.test(query) ? database.prepare(query).all(...bindings) : [];
            if (rows.length === 0 && bindings.length === 0) database.exec(query);
            return { toArray: () => rows };
          },
          get databaseSize() {
            const [{ size } = { size: 0 }] = database
              .prepare("SELECT page_count * page_size AS size FROM pragma_page_count(), pragma_page_size()")
              .all();
            return Number(size);
          },
        },
        transactionSync: (work) => {
          database.exec("BEGIN");
          try {
            const result = work();
            database.exec("COMMIT");
            return result;
          } catch (error) {
            database.exec("ROLLBACK");
            throw error;
          }
        },
        getAlarm: async () => null,
        setAlarm: async (at) => {
          clearTimeout(timers.get(name));
          if (closed) return;
          const wait = Math.min(Math.max(0, at - Date.now()), 2 ** 31 - 1);
          const ring = () => alarms.add(shard.alarm?.());
          timers.set(name, setTimeout(ring, wait).unref());
        },
      },
      blockConcurrencyWhile: (work) => work(),
    };
    const shard = new Ledger(context, env) as unknown as Record<string, Method>;
    // Private members are of the instance itself.
    const bound = Object.fromEntries(
      ["report", "track", "retry", "has", "list", "listSetAside", "stats", "nudge", "alarm"].map((method) => [
        method,
        (...given: unknown[]) => shard[method]?.(...given),
      ]),
    );
    shards.set(name, bound);
    return bound;
  }
}
