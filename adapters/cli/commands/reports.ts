import { LISTED_STATES } from "../../../src/ledger/row.ts";
import { findFaults } from "../../../src/shared/validation.ts";
import { messageIdSchema } from "../../../src/wire/report.ts";
import { readOneOf } from "../choices.ts";
import { defineCommand, ENDPOINT, JSON_LINES } from "../command.ts";
import { runFind } from "../find-report.ts";
import { runReports } from "../reports.ts";
import { readInstant } from "../time-argument.ts";
import { UsageError } from "../usage-error.ts";
import { runWatch } from "../watch-reports.ts";

const NAME = "reports";

export const reports = defineCommand({
  name: NAME,
  group: "Reports",
  summary: "list reports: why they wait or are dead, and Vonage's status",
  usage: ["[STATE] [options]", "--id MESSAGE-ID [options]"],
  about: [
    `STATE is ${LISTED_STATES.join(", ")}; dead by default. A dead report was given up. It is kept for 30 days, and ` +
      "retry sends it again.",
    "Dead reports are sorted by the time of their death, the newest last. TIME is ISO 8601 (UTC without a time zone), " +
      "epoch seconds, or so long ago: 30m, 24h, 7d.",
  ],
  options: {
    state: { type: "string", value: "STATE", help: "the same as the argument" },
    since: {
      type: "string",
      value: "TIME",
      help: "only those that died, or else arrived, at that time or later",
    },
    until: { type: "string", value: "TIME", help: "only those that died, or else arrived, before that time" },
    id: { type: "string", value: "MESSAGE-ID", help: "one message, in whatever state" },
    watch: {
      type: "boolean",
      help: "repeat every five seconds until Ctrl-C; in a pipe, print new ones only",
    },
    limit: { type: "string", value: "N", help: "maximum number of reports; 0 means all (default: 100)" },
    ...JSON_LINES,
    ...ENDPOINT,
  },
  examples: [
    { text: "Reports that were given up since yesterday, and the reasons", line: "reports dead --since 24h" },
    { text: "Reports that wait for Vonage", line: "reports queued" },
    { text: "What became of one message", line: "reports --id 0A0000000123ABCD1" },
    { text: "While an incident lasts", line: "reports dead --since 1h --watch" },
    {
      text: "The ids of all dead reports, for a script",
      line: "reports dead --limit 0 --json | jq -r .messageId",
    },
  ],
  exits: { 0: "the list was printed", 1: "a request failed, or no message has the id" },
  async run({ state, since, until, id, watch = false, limit = "100", json = false, endpoint }, rest, tools) {
    if (id !== undefined) {
      if (rest.length > 0 || (state ?? since ?? until) !== undefined || watch)
        throw new UsageError("reports --id shows one message, in whatever state: give only the id.", NAME);
      const { output, faults } = findFaults(messageIdSchema, id);
      if (faults) throw new UsageError(faults.map(({ fault }) => `The message id ${fault}.`).join(" "), NAME);
      return runFind({ ...tools, ...tools.connect(endpoint) }, { messageId: output, json });
    }
    const [word, ...more] = rest;
    if (more.length > 0) throw new UsageError("reports accepts one state and options.", NAME);
    if (word !== undefined && state !== undefined && word !== state)
      throw new UsageError("reports needs one state: the argument or --state.", NAME);
    const chosen =
      word === undefined
        ? readOneOf("--state", LISTED_STATES, state ?? "dead", NAME)
        : readOneOf("The state", LISTED_STATES, word, NAME);
    const at = (option: string, given: string | undefined) =>
      given === undefined ? undefined : readInstant(option, given, tools.now(), NAME);
    const options = {
      state: chosen,
      since: at("--since", since),
      until: at("--until", until),
      limit: readLimit(limit),
      json,
    };
    const work = { ...tools, ...tools.connect(endpoint) };
    return watch ? runWatch(work, options) : runReports(work, options);
  },
});

function readLimit(given: string): number {
  if (!/^\d{1,9}$/.test(given)) {
    throw new UsageError("--limit must be a whole number from 0 (all) to 999999999.", NAME);
  }
  return Number(given) || Number.POSITIVE_INFINITY;
}
