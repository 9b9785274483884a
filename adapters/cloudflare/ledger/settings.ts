import * as v from "valibot";
import { type Fault, field, findFaults, integer, objectOf, text } from "../../../src/shared/validation.ts";
import { LONGEST_TOKEN_S } from "../../../src/token/token-lifetime.ts";

/** The part of a Durable Object namespace that is used. */
export interface ShardNamespace {
  idFromName(name: string): unknown;
  get(id: never): unknown;
  /** Gives the objects of this class within a jurisdiction, such as `eu`. */
  jurisdiction?(name: string): ShardNamespace;
}

export interface LedgerSettings {
  /** The jurisdiction of all Durable Objects, such as `eu`; `undefined`: anywhere. */
  readonly jurisdiction?: string | undefined;
  readonly namespace: ShardNamespace | undefined;
  /** The number of shards, then former numbers. */
  readonly shards: readonly number[];
  /** Milliseconds that a caller waits for Vonage before it gets 202. */
  readonly budget: number;
  /** Hours that a recorded report is kept. */
  readonly retentionHours: number;
  /** The most that a shard stores, in megabytes. */
  readonly maxMegabytes: number;
}

/** The time that a dead letter is kept, so that the operator has time to look. */
export const KEEP_DEAD_MS = 30 * 24 * 3_600_000;

/** A few, since each costs something; many, and each still has thousands of reports to itself. */
const shardCount = field<number>(
  "whole numbers from 1 to 1024",
  (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 1024,
);

/**
 * A token can report as long as it lives, and an outcome that is forgotten before could be contradicted. The hour more
 * is for clocks that differ.
 */
const SHORTEST_RETENTION_H = LONGEST_TOKEN_S / 3600 + 1;
const LONGEST_RETENTION_H = 720;
const retention = field<number>(
  `a whole number from ${SHORTEST_RETENTION_H} to ${LONGEST_RETENTION_H}: longer than a report token lives`,
  (value) =>
    Number.isInteger(value) &&
    (value as number) >= SHORTEST_RETENTION_H &&
    (value as number) <= LONGEST_RETENTION_H,
);

export const isNamespace = (value: unknown): value is ShardNamespace =>
  typeof (value as ShardNamespace | null)?.idFromName === "function";

const settingsSchema = objectOf({
  namespace: v.optional(field<ShardNamespace>("a Durable Object namespace", isNamespace)),
  shards: v.optional(
    v.pipe(
      v.array(shardCount, "must be a list of numbers"),
      v.check(
        (list) => list.length >= 1 && list.length <= 4,
        "must be the number of shards, then at most 3 former",
      ),
    ),
    [4],
  ),
  jurisdiction: v.optional(
    text("a jurisdiction of Cloudflare's, such as eu or fedramp", /^[a-z][a-z-]{0,30}$/),
  ),
  budget: v.optional(integer(1, 30_000), 2000),
  retentionHours: v.optional(retention, 48),
  maxMegabytes: v.optional(integer(1, 9000), 8000),
});

/** Checks and completes the settings; gives them, or everything that is wrong, by field. */
export function checkLedgerSettings(
  settings: v.InferInput<typeof settingsSchema>,
): LedgerSettings | readonly Fault[] {
  const { output, faults } = findFaults(settingsSchema, settings);
  return faults ?? { ...output, namespace: output.namespace };
}

/** The settings where nothing is said. */
export const DEFAULT_LEDGER_SETTINGS = checkLedgerSettings({}) as LedgerSettings;
