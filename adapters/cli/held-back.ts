import type { HeldBackTraffic } from "./answers.ts";
import { formatAge, formatInstant } from "./time.ts";

const CAUSES: Readonly<Record<string, readonly [what: string, why: string]>> = {
  unauthorized: ["parked", "Vonage refuses the API key or secret"],
  not_enabled: ["parked", "Vonage says the Conversion API is not enabled"],
  outage: ["held back", "Vonage is unreachable or fails"],
  throttled: ["slowed down", "Vonage asks for fewer requests"],
  recovering: ["speeding up again", "Vonage accepts reports again"],
};

/** Formats the traffic that a shard holds back or slows down. */
export function formatHeldBack(gate: HeldBackTraffic, now: number): string {
  const [what, why] = CAUSES[gate.cause] ?? ["held back", gate.cause];
  const pace = gate.perSecond === null ? "" : `; ${gate.perSecond} a second`;
  const probe = gate.nextProbeAt === null ? "" : `; next try ${formatInstant(gate.nextProbeAt)}`;
  return `shard ${gate.shard}: ${gate.traffic} has been ${what} since ${formatAge(gate.since, now)}: ${why}${pace}${probe}`;
}
