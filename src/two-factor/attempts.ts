// A code on its way to Vonage: attempted, understood, tried again where nothing can have gone out.

import { nextDelay, parseRetryAfter } from "../retry.ts";
import { createTransport, type OutgoingRequest, startTimer } from "../transport.ts";
import { SendError } from "./send-error.ts";
import { interpretAttempt, type SendOutcome } from "./send-outcome.ts";
import type { SentCode } from "./sender.ts";
import type { ResolvedSenderOptions } from "./sender-options.ts";

/**
 * Makes the function that posts a message until it is taken or there is no sense in trying again. Only a clear "not
 * now" is tried again: after a timeout or a broken connection the user may have the message already, and a second
 * one would come with a second price.
 *
 * @param readReply Reads the body of a success.
 * @returns From what prepares each attempt (anew, since a signature ages) from the time in epoch milliseconds. It
 * rejects with a `SendError`, or with what `prepare` throws.
 */
export function createAttempts(
  { baseUrl, timeout, retry, fetch }: ResolvedSenderOptions,
  readReply: (body: string) => SendOutcome,
): (prepare: (now: number) => OutgoingRequest | Promise<OutgoingRequest>) => Promise<SentCode> {
  const attemptOnce = createTransport({
    baseUrl,
    timeout,
    fetch,
    keepalive: false,
    readUpTo: 201,
    once: true,
  });

  return async (prepare) => {
    for (let attempts = 1; ; attempts++) {
      const request = await prepare(Date.now());
      const ended = await attemptOnce(request, []);
      const outcome = interpretAttempt(ended, readReply);
      if (outcome.code === undefined) return outcome;
      const { code, advice, vonageStatus } = outcome;
      const { status, noAnswer } = ended;
      const what = vonageStatus === undefined ? (noAnswer ?? status) : `status ${vonageStatus}`;
      const message = `POST ${request.path}: ${what} (attempts: ${attempts}); ${advice}`;
      const error = new SendError(code, message, {
        attempts,
        status,
        vonageStatus,
        cause: ended.systemCode,
      });
      const retryAfter = parseRetryAfter(ended.retryAfter, Date.now());
      const retryIn = error.retryable ? nextDelay(attempts, retry, retryAfter, Math.random()) : undefined;
      if (retryIn === undefined) throw error;
      await new Promise((resolve) => startTimer(retryIn, [], resolve));
    }
  };
}
