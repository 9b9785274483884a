// The ledger's Durable Objects in the test's process: the same class on Node's SQLite, with timers as alarms.

import { type Env, Ledger, type ShardContext, type ShardNamespace } from "../../adapters/cloudflare/index.ts";
import { createMemorySql, type MemorySql } from "./memory-sql.ts";

type Method = (...given: unknown[]) => unknown;

export interface InProcessLedger {
  /** The binding. */
  readonly namespace: ShardNamespace;
  /** Everything that is stored, as JSON. */
  dump(): string;
  /** Stops the timers, and waits for the work in progress. */
  close(): Promise<void>;
}

/** Shards are created at their first use. They get `env`, like the Worker. */
export function createInProcessLedger(env: Env): InProcessLedger {
  const databases: MemorySql[] = [];
  const shards = new Map<string, Record<string, Method>>();
  const timers = new Map<string, NodeJS.Timeout>();
  const alarms = new Set<unknown>();
  let closed = false;

  const namespace = {
    idFromName: (name: string) => name,
    get: (name: string) => {
      const shard = shards.get(name) ?? open(name);
      // RPC transfers data only.
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
        databases.flatMap(({ all }) =>
          ["reports", "gates", "set_aside"].flatMap((table) => all(`SELECT * FROM ${table}`)),
        ),
      ),
    close: async () => {
      closed = true;
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.all(alarms);
    },
  };

  function open(name: string): Record<string, Method> {
    const database = createMemorySql();
    databases.push(database);
    const context: ShardContext = {
      id: { name },
      storage: {
        sql: database.sql,
        transactionSync: database.transact,
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
    // A proxy has no access to private members.
    const bound = Object.fromEntries(
      ["report", "track", "retry", "has", "list", "listSetAside", "stats", "nudge", "alarm", "layout"].map(
        (method) => [method, (...given: unknown[]) => shard[method]?.(...given)],
      ),
    );
    shards.set(name, bound);
    return bound;
  }
}
