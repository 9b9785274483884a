// Codes that this application sends and checks by itself. They are kept in memory. With more than one process, keep them
// in a shared store, and count guesses there.

import { createHash, randomInt, randomUUID, timingSafeEqual } from "node:crypto";
import { type CodeSender, isSendError } from "vonage-conversion/two-factor";

interface Kept {
  readonly number: string;
  readonly hash: Buffer;
  readonly expiresAt: number;
  attemptsLeft: number;
}

export type SentCode = { readonly id: string; readonly messageId: string } | { readonly message: string };
export type CheckedCode = { readonly user: string } | { readonly message: string };

const LIFETIME_S = 300;
const ATTEMPTS = 5;
/** Time until a number may get another code. */
const COOLDOWN_MS = 30_000;
const SIX_DIGITS = 1_000_000;

export function createCodes(sender: CodeSender, brand: string) {
  const kept = new Map<string, Kept>();
  const lastSent = new Map<string, number>();

  return {
    async send(typed: string): Promise<SentCode> {
      // Without +, the same digits can be numbers of several countries.
      const to = /^\+([1-9]\d{7,14})$/.exec(typed.replace(/[\s().-]/g, ""))?.[1];
      if (to === undefined) {
        return {
          message:
            "That is not a phone number. Type it with + and the country code, such as +44 7400 123456.",
        };
      }
      forgetOld();
      if (lastSent.has(to))
        return { message: "A code is on its way. Wait half a minute before you ask for another." };
      lastSent.set(to, Date.now());
      const id = randomUUID();
      const code = String(randomInt(SIX_DIGITS)).padStart(6, "0");
      try {
        const { messageIds } = await sender.send({
          to,
          code,
          brand,
          country: undefined,
          locale: "en",
          clientRef: randomUUID(),
          lifetime: LIFETIME_S,
        });
        const expiresAt = Date.now() + LIFETIME_S * 1000;
        kept.set(id, { number: `+${to}`, hash: hashCode(id, code), expiresAt, attemptsLeft: ATTEMPTS });
        return { id, messageId: messageIds[0] };
      } catch (error) {
        if (!isSendError(error)) throw error;
        console.warn(error.message);
        return { message: "The code could not be sent just now. Try again in a minute." };
      }
    },

    check(id: string, typed: string): CheckedCode {
      const code = kept.get(id);
      if (code === undefined || code.expiresAt < Date.now()) {
        return { message: "That code is too old. Ask for a new code." };
      }
      // Counted before comparing, so that concurrent guesses cannot exceed the limit.
      code.attemptsLeft--;
      const isRight = timingSafeEqual(code.hash, hashCode(id, typed.replace(/[\s-]/g, "")));
      if (isRight || code.attemptsLeft === 0) kept.delete(id);
      if (isRight) return { user: code.number };
      if (code.attemptsLeft === 0) return { message: "That code is wrong. Ask for a new code." };
      const often = code.attemptsLeft === 1 ? "once" : `${code.attemptsLeft} times`;
      return { message: `That code is wrong. You can try ${often} more.` };
    },
  };

  function forgetOld(): void {
    const now = Date.now();
    for (const [id, { expiresAt }] of kept) if (expiresAt < now) kept.delete(id);
    for (const [number, at] of lastSent) if (at + COOLDOWN_MS < now) lastSent.delete(number);
  }
}

function hashCode(id: string, code: string): Buffer {
  return createHash("sha256").update(`${id} ${code}`).digest();
}
