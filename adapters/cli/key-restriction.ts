import type { KeyRestriction } from "./answers.ts";
import { formatAge, formatInstant } from "./time.ts";

/** The first three open the circuit breaker, the others set the pacer. */
const CAUSES: Readonly<Record<string, readonly [effect: string, reason: string]>> = {
  unauthorized: ["parked", "Vonage refuses the API key or secret"],
  not_enabled: ["parked", "Vonage says the Conversion API is not enabled"],
  outage: ["held back", "Vonage is unreachable or fails"],
  throttled: ["slowed down", "Vonage asks for fewer requests"],
  recovering: ["speeding up again", "Vonage accepts reports again"],
};

/** Formats the restriction of a key in one shard, by its circuit breaker or its pacer. */
export function formatRestriction(
  { shard, traffic, cause, since, nextProbeAt, perSecond }: KeyRestriction,
  now: number,
): string {
  const [effect, reason] = CAUSES[cause] ?? ["held back", cause];
  const pace = perSecond === null ? "" : `; ${perSecond} a second`;
  const probe = nextProbeAt === null ? "" : `; next try ${formatInstant(nextProbeAt)}`;
  return `shard ${shard}: ${traffic} has been ${effect} since ${formatAge(since, now)}: ${reason}${pace}${probe}`;
}
