import { LISTED_STATES } from "../../../src/ledger/row.ts";
import { readOneOf } from "../choices.ts";
import { defineCommand, ENDPOINT, JSON_LINES } from "../command.ts";
import { runReports } from "../reports.ts";
import { UsageError } from "../usage-error.ts";

const NAME = "reports";

export const reports = defineCommand({
  name: NAME,
  group: "Reports",
  summary: "list reports: why they wait or are dead",
  usage: ["[STATE] [options]"],
  about: [
    `STATE is ${LISTED_STATES.join(", ")}; dead by default. A dead report was given up. It is kept for 30 days, and ` +
      "retry sends it again.",
  ],
  options: {
    state: { type: "string", value: "STATE", help: "the same as the argument" },
    limit: { type: "string", value: "N", help: "maximum number of reports; 0 means all (default: 100)" },
    ...JSON_LINES,
    ...ENDPOINT,
  },
  examples: [
    { text: "Reports that were given up, and the reasons", line: "reports dead" },
    { text: "Reports that wait for Vonage", line: "reports queued" },
    {
      text: "The ids of all dead reports, for a script",
      line: "reports dead --limit 0 --json | jq -r .messageId",
    },
  ],
  exits: { 0: "the list is complete up to the limit", 1: "a request failed" },
  async run({ state, limit = "100", json = false, endpoint }, rest, tools) {
    const [word, ...more] = rest;
    if (more.length > 0) throw new UsageError("reports accepts one state and options.", NAME);
    if (word !== undefined && state !== undefined && word !== state)
      throw new UsageError("reports needs one state: the argument or --state.", NAME);
    const given =
      word === undefined
        ? readOneOf("--state", LISTED_STATES, state ?? "dead", NAME)
        : readOneOf("The state", LISTED_STATES, word, NAME);
    const options = { state: given, limit: readLimit(limit), json };
    return runReports({ ...tools, ...tools.connect(endpoint) }, options);
  },
});

function readLimit(given: string): number {
  if (!/^\d{1,9}$/.test(given)) {
    throw new UsageError("--limit must be a whole number from 0 (all) to 999999999.", NAME);
  }
  return Number(given) || Number.POSITIVE_INFINITY;
}
