import { SendError } from "../../../src/two-factor/senders/send-error.ts";
import type { CodeSender } from "../../../src/two-factor/senders/sender.ts";

/**
 * Routes some countries to one sender, and all others to another.
 *
 * @param others The sender for all other countries; without it, they are not served.
 */
export function routeByCountry(
  countries: readonly string[],
  sender: CodeSender,
  others: CodeSender | undefined,
): CodeSender {
  const pick = (country: string | undefined) =>
    country !== undefined && countries.includes(country) ? sender : others;
  return {
    channel: sender.channel,
    reaches: (destination) => {
      const one = pick(destination.country);
      return one !== undefined && (one.reaches?.(destination) ?? true);
    },
    measureTexts: (sample) => others?.measureTexts?.(sample) ?? [],
    send: async (message) => {
      const one = pick(message.country);
      if (one === undefined) throw new SendError("not_supported", "No sender reaches this country.");
      return one.send(message);
    },
  };
}
