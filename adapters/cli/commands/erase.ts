import { defineCommand, ENDPOINT, JSON_OBJECT } from "../command.ts";
import { runErase } from "../erase.ts";
import { UsageError } from "../usage-error.ts";

const NAME = "erase";

export const erase = defineCommand({
  name: NAME,
  group: "Reports",
  summary: "delete the data of a phone number: its challenges and rate limit counters",
  usage: ["NUMBER [options]"],
  about: [
    "NUMBER is E.164: the country code first, and nothing between the digits. The output never contains it.",
  ],
  options: { ...JSON_OBJECT, ...ENDPOINT },
  examples: [{ text: "A number from Ofcom's range for dramas", line: "erase +447700900123" }],
  exits: { 0: "the data was deleted", 1: "a request failed; run it again" },
  async run({ json = false, endpoint }, rest, tools) {
    const number = readNumber(rest);
    return runErase({ ...tools, ...tools.connect(endpoint) }, { number, json });
  },
});

/** Never quotes the number, because the output may end up in a log. */
function readNumber(given: readonly string[]): string {
  const [number = ""] = given;
  if (given.length !== 1 || !/^\+?[1-9]\d{6,14}$/.test(number)) {
    throw new UsageError(
      "erase needs one phone number in E.164: the country code first, and nothing between the digits.",
      NAME,
    );
  }
  return number;
}
