// The order of the operator's list.

import type { Row } from "../../../src/ledger/row.ts";

/** The last row of a page; the next page begins after it. */
export type Position = readonly [traffic: string, due: number, channel: string, messageId: string];

export const toPosition = ({ traffic, due, channel, messageId }: Row): Position => [
  traffic,
  due,
  channel,
  messageId,
];

/** Less than 0: `a` comes first. */
export function comparePositions(a: Position, b: Position): number {
  const index = a.findIndex((value, at) => value !== b[at]);
  if (index < 0) return 0;
  return (a[index] ?? 0) < (b[index] ?? 0) ? -1 : 1;
}
