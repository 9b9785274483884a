// What a request meets under an idempotency key that is known already. Everything here runs within a transaction.

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
    /** Binds a key to a challenge; without `id` it is only looked for. */
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
     * What became of an earlier request under the key.
     *
     * @param own The code that the asking call has made, to know itself again: where only the answer of the object was
     * lost, the same call asks twice.
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

    /** Notes which message a key stands for, before it is sent. */
    begin(keyed: Keyed | undefined, challenge: string, message: number): void {
      const [first] = keyed ?? [];
      if (first !== undefined) keys.write({ ...first, challenge, message, answer: null }, now());
    },

    /** Notes the answer that a repetition gets. */
    end(keyed: Keyed | undefined, challenge: string, answer: KeptAnswer | StoredCheck): void {
      const [first] = keyed ?? [];
      if (first !== undefined)
        keys.write({ ...first, challenge, message: null, answer: JSON.stringify(answer) }, now());
    },

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
      // Nothing may be done twice, whatever has become of the row.
      return parsed === undefined ? { earlier: "under-way" } : { earlier: "done", answer: parsed };
    }
    const challenge = read(id);
    const message = challenge?.messages.find((one) => one.number === number);
    if (challenge === undefined || message === undefined) {
      // It did not go out, and whoever knew why could not note it.
      keys.remove(token);
      return undefined;
    }
    if (own !== undefined && own.hash === message.hash && own.kid === message.kid) return undefined;
    const status = toStatus(challenge);
    if (message.messageIds.length > 0) return { earlier: "done", answer: { status } };
    if (message.state === "sending" && (settleAt(challenge) ?? 0) > now()) return { earlier: "under-way" };
    // Whoever sent it was cut off: it may have gone out, and must not go again unasked.
    return { earlier: "done", answer: { status, failed: PROBLEM_OF.send_uncertain } };
  }
}
