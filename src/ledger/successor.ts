import type { Row } from "./row.ts";

/** Puts the `true` that waits behind a `false` in its place. */
export function promoteSuccessor(before: Row, now: number): Row {
  const { successor: occurredAt, refusals, ...row } = before;
  if (occurredAt === null) return before;
  return { ...row, delivered: true, occurredAt, since: now, attempts: 0, reason: null, successor: null };
}
