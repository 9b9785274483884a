import type { ReportState } from "../../../src/ledger/row.ts";
import { findFaults } from "../../../src/shared/validation.ts";
import { CHANNELS, messageIdSchema } from "../../../src/wire/report.ts";
import { readOneOf } from "../choices.ts";
import { defineCommand, ENDPOINT } from "../command.ts";
import { runRetry, runRetryAll } from "../retry.ts";
import { UsageError } from "../usage-error.ts";

const NAME = "retry";

/** The states whose reports can be sent again. */
const RETRYABLE_STATES = ["dead", "queued"] as const satisfies readonly ReportState[];

export const retry = defineCommand({
  name: NAME,
  group: "Reports",
  summary: "send dead or waiting reports to Vonage again",
  usage: ["CHANNEL MESSAGE-ID [options]", "--all [--state STATE] [options]"],
  about: [
    "CHANNEL is sms or voice. A report is sent with its original outcome and timestamp, so sending it again is safe. Put " +
      "two dashes before a message id that begins with a dash.",
  ],
  options: {
    all: { type: "boolean", help: "all reports of a state" },
    state: { type: "string", value: "STATE", help: "with --all: dead or queued (default: dead)" },
    json: { type: "boolean", help: "print one JSON object per report: channel, messageId, accepted, reason" },
    ...ENDPOINT,
  },
  examples: [
    { text: "One report", line: "retry sms 0A0000000123ABCD1" },
    { text: "Every dead report, after the cause is fixed", line: "retry --all" },
    { text: "Every waiting report, at once", line: "retry --all --state queued" },
    { text: "The refused ones, for a script", line: "retry --all --json | jq 'select(.accepted | not)'" },
    { text: "A message id that begins with a dash", line: "retry sms -- -0A0000000123ABCD1" },
  ],
  exits: { 0: "every report was accepted and is being sent", 1: "a report was not accepted, or not tried" },
  async run({ all = false, state, json = false, endpoint }, rest, tools) {
    if (all) {
      if (rest.length > 0)
        throw new UsageError("retry needs either --all, or a channel and a message id.", NAME);
      const given = readOneOf("--state", RETRYABLE_STATES, state ?? "dead", NAME);
      return runRetryAll({ ...tools, ...tools.connect(endpoint) }, { state: given, json });
    }
    if (state !== undefined) throw new UsageError("--state requires retry --all.", NAME);
    const report = readReportName(rest);
    return runRetry({ ...tools, ...tools.connect(endpoint) }, report, { json });
  },
});

function readReportName([channel = "", messageId, ...more]: readonly string[]) {
  if (messageId === undefined || more.length > 0) {
    throw new UsageError("retry needs a channel and a message id, or --all.", NAME);
  }
  const { output, faults } = findFaults(messageIdSchema, messageId);
  if (faults) throw new UsageError(faults.map(({ fault }) => `The message id ${fault}.`).join(" "), NAME);
  return { channel: readOneOf("The channel", CHANNELS, channel, NAME), messageId: output };
}
