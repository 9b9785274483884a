import { runBacktest } from "../backtest.ts";
import { defineCommand, JSON_LINES } from "../command.ts";
import { UsageError } from "../usage-error.ts";

const NAME = "insight backtest";

export const backtest = defineCommand({
  name: NAME,
  group: "Routes",
  summary: "show the alarms that a table of your own messages would have raised; no Worker needed",
  usage: ["FILE.csv [options]"],
  about: [
    "The first line names the columns. time and outcome are required; channel, country, network, receipt and price are " +
      "optional.",
  ],
  options: { ...JSON_LINES },
  examples: [
    { text: "Alarms of last month's messages", line: "insight backtest october.csv" },
    {
      text: "Their rules and times, for a script",
      line: "insight backtest october.csv --json | jq -r '[.since, .rule] | @tsv'",
    },
  ],
  exits: { 0: "the alarms were printed" },
  async run({ json = false }, [file, ...more], tools) {
    if (file === undefined || more.length > 0) throw new UsageError(`${NAME} needs one file.`, NAME);
    return runBacktest(tools, { file, json });
  },
});
