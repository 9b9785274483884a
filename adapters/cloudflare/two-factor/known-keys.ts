// Recognises repeated requests by their idempotency keys, and finds their answers. Call everything within a transaction.

import { parseJson } from "../../../src/shared/parse-json.ts";
import { type Challenge, toStatus } from "../../../src/two-factor/challenge/challenge.ts";
import type { HashedCode } from "../../../src/two-factor/challenge/code.ts";
import { settleAt } from "../../../src/two-factor/challenge/sending.ts";
import { PROBLEM_OF } from "../../../src/two-factor/refusal.ts";
import type { Claimed, Earlier, KeptAnswer, Keyed } from "../../http/two-factor/challenges.ts";
import type { KeyedAnswer, KeyStore } from "./key-store.ts";
import type { StoredCheck } from "./stored-refusal.ts";

export function createKnownKeys(
  keys: KeyStore,
  read: (id: string) => Challenge | undefined,
  now: () => number,
) {
  return {
    /** Binds a key to a challenge; without `id` it only looks for one. */
    claim(keyed: Keyed, id: string | undefined): Claimed | Earlier<never> | undefined {
      for (const { token, fingerprint } of keyed) {
        const found = keys.claimOf(token);
        if (found === undefined) continue;
        return found.fingerprint === fingerprint
          ? { id: found.challenge, isNew: false }
          : { earlier: "other" };
      }
      const [first] = keyed;
      if (id === undefined || first === undefined) return undefined;
      keys.claim(first, id, now());
      return { id, isNew: true };
    },

    /**
     * The state of an earlier request with the key; `undefined`: there was none.
     *
     * @param own The code of this call. If the object's answer was lost, the same call asks twice, and recognises itself.
     */
    find<Answer = KeptAnswer>(keyed: Keyed | undefined, own?: HashedCode): Earlier<Answer> | undefined {
      for (const { token, fingerprint } of keyed ?? []) {
        const found = keys.read(token);
        if (found === undefined) continue;
        return found.fingerprint === fingerprint
          ? (answerOf(found, own) as Earlier<Answer> | undefined)
          : { earlier: "other" };
      }
      return undefined;
    },

    /** Stores the message of a key, before it is sent. */
    begin(keyed: Keyed | undefined, challenge: string, message: number): void {
      const [first] = keyed ?? [];
      if (first !== undefined) keys.write({ ...first, challenge, message, answer: null }, now());
    },

    /** Stores the answer for repetitions. */
    end(keyed: Keyed | undefined, challenge: string, answer: KeptAnswer | StoredCheck): void {
      const [first] = keyed ?? [];
      if (first !== undefined)
        keys.write({ ...first, challenge, message: null, answer: JSON.stringify(answer) }, now());
    },

    /** Forgets a key, so that its request may be repeated. */
    release(keyed: Keyed): void {
      for (const { token } of keyed) keys.remove(token);
    },
  };

  function answerOf(
    { token, challenge: id, message: number, answer }: KeyedAnswer,
    own: HashedCode | undefined,
  ): Earlier<unknown> | undefined {
    if (answer !== null) {
      const parsed = parseJson(answer);
      // Nothing may be done twice, even if the row is damaged.
      return parsed === undefined ? { earlier: "under-way" } : { earlier: "done", answer: parsed };
    }
    const challenge = read(id);
    const message = challenge?.messages.find((one) => one.number === number);
    if (challenge === undefined || message === undefined) {
      // The message was not sent, and the reason could not be stored.
      keys.remove(token);
      return undefined;
    }
    if (own !== undefined && own.hash === message.hash && own.kid === message.kid) return undefined;
    const status = toStatus(challenge);
    if (message.messageIds.length > 0) return { earlier: "done", answer: { status } };
    if (message.state === "sending" && (settleAt(challenge) ?? 0) > now()) return { earlier: "under-way" };
    // The sender was cut off: the message may have gone out, and must not be sent again unless the user asks.
    return { earlier: "done", answer: { status, failed: PROBLEM_OF.send_uncertain } };
  }
}
