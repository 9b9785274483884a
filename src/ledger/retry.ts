import { ACCEPTED, CONFLICT, type Step } from "./events.ts";
import { mayBeRecorded, UNCERTAIN } from "./possibly-recorded.ts";
import type { Row } from "./row.ts";

/** Sends a dead or waiting report again, at the operator's request. */
export function retry(row: Row | undefined, now: number): Step {
  if (row?.state === "dead") {
    const again = { ...row, state: "queued", due: now, since: now, attempts: 0 } as const;
    return { row: mayBeRecorded(row) ? { ...again, ...UNCERTAIN } : again, actions: ACCEPTED };
  }
  if (row?.state === "queued") return { row: { ...row, due: now }, actions: ACCEPTED };
  return { row, actions: row?.state === "sending" ? ACCEPTED : CONFLICT };
}
