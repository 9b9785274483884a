import { defineCommand, ENDPOINT, JSON_OBJECT } from "../command.ts";
import { runInsight } from "../insight.ts";
import { suggest } from "../suggestion.ts";
import { UsageError } from "../usage-error.ts";

const NAME = "insight";

export const insight = defineCommand({
  name: NAME,
  group: "Routes",
  summary: "show which routes deliver, the worst first",
  usage: ["[options]"],
  about: [
    "TIME is ISO 8601, epoch seconds, or so long ago: 30m, 24h, 7d. A share comes with its counts and its 95 % interval; " +
      "few messages have counts alone.",
  ],
  options: {
    by: {
      type: "string",
      value: "LIST",
      help: "traffic, channel, country, network (default: country,network,channel)",
    },
    from: { type: "string", value: "TIME", help: "the start (default: 24h ago)" },
    to: { type: "string", value: "TIME", help: "the end (default: now)" },
    csv: { type: "boolean", help: "print CSV" },
    ...JSON_OBJECT,
    ...ENDPOINT,
  },
  examples: [
    { text: "The last day, by country, network and channel", line: "insight" },
    { text: "The last half hour, by country", line: "insight --by country --from 30m" },
    { text: "A month for a spreadsheet", line: "insight --from 30d --csv > routes.csv" },
  ],
  exits: { 0: "the figures were printed", 1: "a request failed" },
  async run({ by, from, to, json = false, csv = false, endpoint }, [word], tools) {
    if (word !== undefined) {
      throw new UsageError(
        `insight accepts only options, or backtest and one file.${suggest(word, ["backtest"])}`,
        NAME,
      );
    }
    if (json && csv) throw new UsageError("--json and --csv exclude each other.", NAME);
    const format = json ? "json" : csv ? "csv" : "table";
    return runInsight({ ...tools, ...tools.connect(endpoint) }, { by, from, to, format });
  },
});
