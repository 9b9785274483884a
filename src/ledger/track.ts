import { type EventOf, OTHER_TRAFFIC, type Step, TRACKED } from "./events.ts";
import type { MessageKey, Row } from "./row.ts";

/** Awaits the report of a message. A user may report before the sender tracks; then the report is kept. */
export function track(key: MessageKey, row: Row | undefined, event: EventOf<"track">, now: number): Step {
  if (row !== undefined && row.traffic !== event.traffic) return { row, actions: OTHER_TRAFFIC };
  if (row !== undefined && row.state !== "tracking") return { row, actions: TRACKED };
  const { traffic, expiresAt: due } = event;
  const tracked: Row = {
    channel: key.channel,
    messageId: key.messageId,
    traffic,
    state: "tracking",
    delivered: null,
    occurredAt: null,
    due,
    since: now,
    attempts: 0,
    reason: null,
    successor: null,
  };
  return { row: tracked, actions: TRACKED };
}
