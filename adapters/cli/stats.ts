// `vonage-conversion stats`.

import { type Stats, statsSchema } from "./answers.ts";
import { formatRestriction } from "./key-restriction.ts";
import type { Line } from "./line.ts";
import { formatTable } from "./table.ts";
import { formatAge } from "./time.ts";
import type { Work } from "./work.ts";

/** Prints the ledger's figures. */
export async function runStats(
  { request, output, now }: Pick<Work, "request" | "output" | "now">,
  { json }: { readonly json: boolean },
): Promise<0> {
  const stats = await request({ method: "GET", path: "/stats" }, statsSchema);
  output.print(...(json ? [JSON.stringify(stats)] : formatStats(stats, now(), output.width())));
  return 0;
}

/** Formats counts by state, traffic and channel, counts of the 2FA workflow, the longest wait, and the restricted keys. */
export function formatStats(stats: Stats, now: number, width?: number): Line[] {
  const {
    shards,
    formerShards = [],
    reports,
    counts,
    oldestWaiting,
    gates: restrictions,
    twoFactor = {},
  } = stats;
  const workflow = Object.entries(twoFactor);
  const oldest =
    oldestWaiting === null
      ? "No reports are waiting."
      : `The oldest waiting report has waited since ${formatAge(oldestWaiting, now)}.`;
  return [
    `Reports in ${shards} ${shards === 1 ? "shard" : "shards"}${formerShards.length > 0 ? `, before that in ${formerShards.join(", ")}` : ""}:`,
    "",
    ...formatTable(["state", "reports"], Object.entries(reports), width),
    "",
    ...(counts.length === 0
      ? []
      : [
          ...formatTable(
            ["traffic", "channel", "state", "reports", "attempts"],
            counts.map((one) => [one.traffic, one.channel, one.state, one.reports, one.attempts]),
            width,
          ),
          "",
        ]),
    ...(workflow.length === 0 ? [] : [...formatTable(["2FA workflow", "so far"], workflow, width), ""]),
    oldest,
    ...(restrictions.length === 0
      ? ["No traffic is held back."]
      : restrictions.map((one) => formatRestriction(one, now))),
  ];
}
