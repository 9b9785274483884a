// Applies a fault to an answer.

import type { ActiveFault } from "./faults.ts";
import { refuseSms } from "./sms-answer.ts";
import type { Timeline } from "./timeline.ts";

/** The longest time a hanging answer waits: longer than any client, but not forever. */
const HANG_MS = 10 * 60_000;

/** Returns `true` if the request takes effect despite the fault. */
export function letsThrough(fault: ActiveFault): boolean {
  const { status, smsStatus, drop, hang } = fault;
  return fault.recorded || (status === undefined && smsStatus === undefined && !drop && !hang);
}

/**
 * Returns the answer that the client receives.
 *
 * @throws {TypeError} as fetch does, when the connection breaks.
 */
export async function strike(
  fault: ActiveFault,
  response: Response,
  signal: AbortSignal,
  { sleep }: Pick<Timeline, "sleep">,
): Promise<Response> {
  await sleep(fault.hang ? HANG_MS : fault.latency, signal);
  if (fault.drop || fault.hang) throw new TypeError("The sandbox broke the connection.");
  if (fault.smsStatus !== undefined) return refuseSms({ status: fault.smsStatus });
  if (fault.status === undefined) return response;
  const headers = new Headers();
  if (fault.retryAfter !== undefined) headers.set("retry-after", fault.retryAfter);
  if (fault.location !== undefined) headers.set("location", fault.location);
  const bodiless = [204, 205, 304].includes(fault.status);
  return new Response(bodiless ? null : (fault.body ?? ""), { status: fault.status, headers });
}
