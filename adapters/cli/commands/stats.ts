import { refuseMore } from "../choices.ts";
import { defineCommand, ENDPOINT, JSON_OBJECT } from "../command.ts";
import { runStats } from "../stats.ts";

export const stats = defineCommand({
  name: "stats",
  group: "Reports",
  summary: "count reports, and show the longest wait and traffic that is held back",
  usage: ["[options]"],
  options: { ...JSON_OBJECT, ...ENDPOINT },
  examples: [
    { text: "Counts, waits and keys that are held back", line: "stats" },
    { text: "The number of dead reports, for a script", line: "stats --json | jq .reports.dead" },
  ],
  exits: { 0: "the figures were printed", 1: "a request failed" },
  async run({ json = false, endpoint }, rest, tools) {
    refuseMore("stats", rest);
    return runStats({ ...tools, ...tools.connect(endpoint) }, { json });
  },
});
