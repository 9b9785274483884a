// A Worker with a sender of its own, as an operator would write it.

import { createWorker } from "../../../adapters/cloudflare/index.ts";
import type { CodeSender } from "../../../src/two-factor/index.ts";

/** Hands each code to a server beside, which gives the message id. */
function createOwnSender(url: string): CodeSender {
  return {
    channel: "sms",
    send: async (message) => {
      const answer = await fetch(url, { method: "POST", body: JSON.stringify(message) });
      return { messageIds: [await answer.text()] };
    },
  };
}

const made = createWorker({
  senders: (env) => ({ sms: createOwnSender((env as unknown as { OWN_SENDER: string }).OWN_SENDER) }),
});

export { Challenges, Insight, Ledger, SendLimits } from "../../../adapters/cloudflare/index.ts";
export const Conversions = made.Conversions;
export const TwoFactor = made.TwoFactor;
export default made.worker;
