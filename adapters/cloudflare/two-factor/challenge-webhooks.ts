// Receipts and replies name a number, and no challenge: they are tried on every challenge of the number.

import { findCode } from "../../../src/two-factor/challenge/find-code.ts";
import { matchReceipt, matchReply } from "../../../src/two-factor/challenge/match-webhook.ts";
import type { DeliveryReceipt } from "../../../src/webhooks/delivery-receipt.ts";
import type { Once, Received } from "../../http/two-factor/challenges.ts";
import { type AlarmClock, toMinute } from "../storage/alarm-clock.ts";
import type { ChallengePlatform, ChallengeShardRules } from "./challenge-platform.ts";
import type { ChallengeTransactions } from "./challenge-transactions.ts";
import type { CodeHasher } from "./code-hasher.ts";

export function createChallengeWebhooks(
  { store, now }: ChallengePlatform,
  rules: ChallengeShardRules,
  { commit, apply }: ChallengeTransactions,
  hasher: CodeHasher,
  clock: AlarmClock,
) {
  return {
    receipt(receipt: DeliveryReceipt, once: Once | undefined): Received {
      return onlyOnce(once, () => {
        const challenge = matchReceipt(store.ofNumber(receipt.number, now()), receipt, now(), rules);
        if (challenge === undefined) return "unknown";
        apply(challenge.id, { type: "receipt", receipt });
        return "taken";
      });
    },

    async reply(number: string, text: string, once: Once | undefined): Promise<Received> {
      const guesses = await Promise.all(
        store.ofNumber(number, now()).map(async ({ id, codeLength }) => {
          const code = findCode(text, codeLength);
          return { id, hashes: code === undefined ? [] : await hasher.hashWithAll(id, code) };
        }),
      );
      return onlyOnce(once, () => {
        for (const { id, hashes } of matchReply(guesses, (id) => store.read(id, now()))) {
          apply(id, { type: "check", hashes, reply: true });
        }
        return guesses.length > 0 ? "taken" : "unknown";
      });
    },
  };

  /** Runs a webhook unless its nonce was seen before. Nonce and effect are stored together. */
  function onlyOnce(once: Once | undefined, work: () => Received): Received {
    return commit(() => {
      if (once !== undefined && !store.remember(once.nonce, once.until)) return "replayed";
      if (once !== undefined) clock.arm(toMinute(once.until));
      return work();
    });
  }
}
