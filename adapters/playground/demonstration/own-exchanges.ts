// The page's log is about its visitor's messages. The demonstration's exchanges, some a second, are left out of it.

import type { SandboxExchange } from "../../../src/sandbox/index.ts";
import { CROWDS } from "./world.ts";

/** The demonstration sends some 1200 messages in five minutes. */
const MAX_IDS = 20_000;

/**
 * Makes a function that recognises exchanges about the demonstration's messages: by their number, or by a message id that
 * an exchange before gave to such a number. It has to see every exchange, in order.
 */
export function createDemonstrationFilter(): (exchange: SandboxExchange) => boolean {
  const ids = new Set<string>();
  return ({ parameters, messageIds = [] }) => {
    // A call's recipient is JSON.
    const number = /\d{7,15}/.exec(parameters.msisdn ?? parameters.to ?? "")?.[0];
    if (number !== undefined) {
      const isOurs = CROWDS.some(({ prefix }) => number.startsWith(prefix));
      if (isOurs) for (const id of messageIds) ids.add(id);
      for (const id of ids) {
        if (ids.size <= MAX_IDS) break;
        ids.delete(id);
      }
      return isOurs;
    }
    return ids.has(parameters["message-id"] ?? "");
  };
}
