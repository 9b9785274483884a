import { refuseMore } from "../choices.ts";
import { defineCommand, ENDPOINT, JSON_OBJECT } from "../command.ts";
import { runDoctor } from "../doctor.ts";

export const doctor = defineCommand({
  name: "doctor",
  group: "Setup",
  summary: "check the Worker, its settings and its Vonage keys, and say what to fix",
  usage: ["[options]"],
  about: [
    "Each key reports a message that does not exist: only a 200 to a complete report proves that reports arrive. Without " +
      "VONAGE_CONVERSION_ADMIN_KEY, only GET /health is checked.",
  ],
  options: { ...JSON_OBJECT, ...ENDPOINT },
  examples: [
    { text: "After each deployment, and first in an incident", line: "doctor" },
    {
      text: "What must be fixed, for a script",
      line: `doctor --json | jq -r '.findings[] | select(.level == "problem").text'`,
    },
  ],
  exits: { 0: "nothing must be fixed", 1: "something must be fixed" },
  async run({ json = false, endpoint }, rest, tools) {
    refuseMore("doctor", rest);
    return runDoctor({ ...tools, ...tools.connect(endpoint, "optional") }, { json });
  },
});
