// `vonage-conversion stats`.

import { type HeldBackTraffic, type Stats, statsSchema } from "./answers.ts";
import { formatTable } from "./table.ts";
import { formatAge, formatInstant } from "./time.ts";
import type { Work } from "./work.ts";

/** Prints the ledger's figures. */
export async function runStats(
  { request, output, now }: Pick<Work, "request" | "output" | "now">,
  { json }: { readonly json: boolean },
): Promise<0> {
  const stats = await request({ method: "GET", path: "/stats" }, statsSchema);
  output.print(...(json ? [JSON.stringify(stats)] : formatStats(stats, now())));
  return 0;
}

/** Formats counts by state, traffic and channel, counts of the 2FA workflow, the longest wait and held back traffic. */
export function formatStats(stats: Stats, now: number): string[] {
  const { shards, formerShards = [], reports, counts, oldestWaiting, gates, twoFactor = {} } = stats;
  const workflow = Object.entries(twoFactor);
  const oldest =
    oldestWaiting === null
      ? "No reports are waiting."
      : `The oldest waiting report has waited since ${formatAge(oldestWaiting, now)}.`;
  return [
    `Reports in ${shards} ${shards === 1 ? "shard" : "shards"}${formerShards.length > 0 ? `, before that in ${formerShards.join(", ")}` : ""}:`,
    "",
    ...formatTable(["state", "reports"], Object.entries(reports)),
    "",
    ...(counts.length === 0
      ? []
      : [
          ...formatTable(
            ["traffic", "channel", "state", "reports", "attempts"],
            counts.map((one) => [one.traffic, one.channel, one.state, one.reports, one.attempts]),
          ),
          "",
        ]),
    ...(workflow.length === 0 ? [] : [...formatTable(["2FA workflow", "so far"], workflow), ""]),
    oldest,
    ...(gates.length === 0 ? ["No traffic is held back."] : gates.map((gate) => formatHeldBack(gate, now))),
  ];
}

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
