// The state of each source beside its counters.

import * as v from "valibot";
import type { Sql } from "../storage/sql.ts";
import type { GatheredBlock, SourceHealth } from "./rpc.ts";

export interface Source {
  readonly upTo: number;
  /** When it last called, epoch milliseconds. */
  readonly at: number;
  readonly blocks: readonly GatheredBlock[] | undefined;
  readonly health: SourceHealth | undefined;
}

export type Sources = ReturnType<typeof createSources>;

const blocksSchema = v.array(
  v.object({
    block: v.string(),
    country: v.string(),
    messages: v.number(),
    persons: v.number(),
    converted: v.number(),
  }),
);
const healthSchema = v.object({
  waiting: v.number(),
  oldestWaiting: v.nullable(v.number()),
  dead: v.number(),
});

export function createSources(sql: Sql) {
  return {
    read: (name: string): Source | undefined =>
      sql.exec("SELECT * FROM sources WHERE name = ?", name).toArray().map(toSource).at(0),

    write(name: string, { upTo, at, blocks, health }: Source): void {
      sql.exec(
        `INSERT INTO sources VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE
         SET up_to = excluded.up_to, at = excluded.at, health = excluded.health, blocks = excluded.blocks`,
        name,
        upTo,
        at,
        health === undefined ? null : JSON.stringify(health),
        blocks === undefined || blocks.length === 0 ? null : JSON.stringify(blocks),
      );
    },

    /** When the latest call came, epoch milliseconds. */
    lastCall(): number | undefined {
      const [found] = sql.exec("SELECT max(at) AS at FROM sources").toArray();
      return typeof found?.at === "number" ? found.at : undefined;
    },

    list: (): Source[] => sql.exec("SELECT * FROM sources ORDER BY name").toArray().map(toSource),
  };
}

/** Blocks and health are sent anew with the next call, so unreadable ones are left out. */
function toSource({ up_to, at, health, blocks }: Record<string, unknown>): Source {
  return {
    upTo: Number(up_to),
    at: Number(at),
    health: parse(healthSchema, health),
    blocks: parse(blocksSchema, blocks),
  };
}

function parse<S extends v.GenericSchema>(schema: S, text: unknown): v.InferOutput<S> | undefined {
  if (typeof text !== "string") return undefined;
  try {
    const { success, output } = v.safeParse(schema, JSON.parse(text));
    return success ? output : undefined;
  } catch {
    return undefined;
  }
}
