// Posts a code to Vonage, and repeats the request only when nothing can have gone out.

import { ConversionError } from "../../client/errors.ts";
import { NOT_TAKEN } from "../../client/platform-request.ts";
import { NO_ANSWER } from "../../client/response.ts";
import { nextDelay, parseRetryAfter } from "../../client/retry.ts";
import { createTransport, type OutgoingRequest } from "../../client/transport.ts";
import { SendError } from "./send-error.ts";
import { interpretAttempt, type SendOutcome, THROTTLED } from "./send-outcome.ts";
import type { SentCode } from "./sender.ts";
import { REAL_CLOCK } from "./sender-clock.ts";
import type { ResolvedSenderOptions } from "./sender-options.ts";
import { createTurns, LONGEST_WAIT_MS, type Turn, type Turns } from "./turns.ts";

/**
 * Posts one message.
 *
 * @param prepare Builds each request from the time in epoch milliseconds, since signatures expire.
 * @param lane Messages that Vonage counts together: those of one sender number or name.
 */
export type Post = (
  path: string,
  prepare: (now: number) => OutgoingRequest | Promise<OutgoingRequest>,
  lane?: string,
) => Promise<SentCode>;

/**
 * Creates the function that posts a message until Vonage accepts it or a retry is pointless. Only a clear "not now" is
 * repeated: after a timeout or a broken connection the user may have the message already, and a second one costs again.
 *
 * @param readReply Reads the body of a success.
 * @param perSecond The lowest rate at which Vonage accepts such messages.
 * @param clock The platform's, unless time is virtual.
 * @returns It rejects with a `SendError`, with a `ConversionError` `invalid_options` where the platform's fetch refuses
 * the request, or with what `prepare` throws.
 */
export function createPost(
  { baseUrl, timeout, retry, fetch }: ResolvedSenderOptions,
  readReply: (body: string) => SendOutcome,
  perSecond = 1,
  { now: readClock, sleep } = REAL_CLOCK,
): Post {
  const attemptOnce = createTransport({
    baseUrl,
    timeout,
    fetch,
    keepalive: false,
    readUpTo: 201,
    once: true,
  });
  // Bounded: one for each sender in the configuration.
  const lanes = new Map<string, Turns>();

  return async (path, prepare, lane = "") => {
    const turns = lanes.get(lane) ?? createTurns(perSecond);
    lanes.set(lane, turns);
    let waited = 0;
    // Bounds the waiting alone; each request has its own timeout.
    const deadline = (now: number) => now + LONGEST_WAIT_MS - waited;
    const entered = readClock();
    let turn: Turn =
      retry.attempts > 1 ? turns.enter(entered, deadline(entered), Math.random()) : { wait: 0 };
    for (let attempts = 0; ; ) {
      if (turn.retryAfter !== undefined) {
        const message = `POST ${path}: not sent (attempts: ${attempts}); ${THROTTLED}`;
        throw new SendError("throttled", message, { attempts, retryAfter: turn.retryAfter });
      }
      if (turn.wait > 0) {
        await sleep(turn.wait);
        waited += turn.wait;
      }
      const request = await prepare(readClock());
      const ended = await attemptOnce(request, []);
      attempts++;
      // Any other failure of a custom fetch may have come after it sent the message.
      if (ended.noAnswer === "mistake" && ended.systemCode === NOT_TAKEN) {
        const [code, advice] = NO_ANSWER.mistake;
        const message = `POST ${path}: ${code} (attempts: ${attempts}); ${advice}`;
        throw new ConversionError(code, message, { attempts, cause: ended.systemCode });
      }
      const now = readClock();
      const outcome = interpretAttempt(ended, readReply);
      if (outcome.code === undefined) {
        turns.accept(now);
        return outcome;
      }
      const { code, advice, vonageStatus } = outcome;
      const { status, noAnswer } = ended;
      const named = outcome.wait ?? parseRetryAfter(ended.retryAfter, now);
      const fail = (retryAfter: number | undefined) => {
        const cause = ended.systemCode;
        const end = noAnswer === "mistake" ? `fetch failed (${cause})` : (noAnswer ?? status);
        const what = vonageStatus === undefined ? end : `status ${vonageStatus}`;
        const message = `POST ${path}: ${what} (attempts: ${attempts}); ${advice}`;
        return new SendError(code, message, { attempts, status, vonageStatus, retryAfter, cause });
      };
      if (code === "throttled") {
        if (attempts >= retry.attempts) throw fail(turns.refuse(now, named));
        turn = turns.retake(now, named, waited > 0, deadline(now), Math.random());
        if (turn.retryAfter !== undefined) throw fail(turn.retryAfter);
        continue;
      }
      const retryIn = code === "unavailable" ? nextDelay(attempts, retry, named, Math.random()) : undefined;
      if (retryIn === undefined) throw fail(code === "unavailable" ? named : undefined);
      turn = { wait: retryIn };
    }
  };
}
