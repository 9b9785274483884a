import { SendError } from "../../../src/two-factor/send-error.ts";
import type { CodeSender } from "../../../src/two-factor/sender.ts";

/**
 * A sender that leaves some countries to another one.
 *
 * @param others What sends to all other countries; `undefined`: nothing does.
 */
export function byCountry(
  countries: readonly string[],
  sender: CodeSender,
  others: CodeSender | undefined,
): CodeSender {
  return {
    channel: sender.channel,
    send: async (message) => {
      const one = message.country !== undefined && countries.includes(message.country) ? sender : others;
      if (one === undefined) throw new SendError("not_supported", "No sender reaches this country.");
      return one.send(message);
    },
  };
}
