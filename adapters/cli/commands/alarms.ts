import { runAlarms } from "../alarms.ts";
import { refuseMore } from "../choices.ts";
import { defineCommand, ENDPOINT, JSON_LINES } from "../command.ts";

export const alarms = defineCommand({
  name: "alarms",
  group: "Routes",
  summary: "list open alarms, each with its cause and next step",
  usage: ["[options]"],
  options: {
    all: { type: "boolean", help: "list ended alarms too" },
    ...JSON_LINES,
    ...ENDPOINT,
  },
  examples: [
    { text: "Open alarms, and the entry of the runbook for each", line: "alarms" },
    {
      text: "In a cron job that must only speak when something is wrong",
      line: "alarms > /tmp/alarms || mail -s alarms ops < /tmp/alarms",
    },
  ],
  exits: {
    0: "no alarm is open that is more than information",
    1: "such an alarm is open, or a request failed",
  },
  async run({ all = false, json = false, endpoint }, rest, tools) {
    refuseMore("alarms", rest);
    return runAlarms({ ...tools, ...tools.connect(endpoint) }, { all, json });
  },
});
