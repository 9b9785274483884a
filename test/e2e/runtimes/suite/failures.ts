// Reports that fail and are retried, as the caller sees them and as they look on the wire.

import { type AttemptEvent, isConversionError } from "vonage-conversion";
import { demand, demandEqual, demandFields, errorOf, toBehaviours } from "./behaviour.ts";
import { anId, byKey, direct, intoTheVoid, notEnabled, QUICK, twoFactor } from "./clients.ts";
import { fail, reportsOf, statuses, untilGivenUp } from "./vonage.ts";

const LATE_MS = 1500;

/** The duration of an action in milliseconds, and its error. */
async function timed(action: () => unknown): Promise<{ took: number; error: unknown }> {
  const began = Date.now();
  const error = await errorOf(action);
  return { took: Date.now() - began, error };
}

const aReport = () => ({ messageId: anId(), delivered: true });

export const failures = toBehaviours({
  "401 from Vonage or the Worker is unauthorized, without a retry": async () => {
    const unauthorized = { code: "unauthorized", status: 401, retryable: false, attempts: 1 };
    const stranger = direct({ ...twoFactor, apiSecret: "wrong" });
    const error = await errorOf(() => stranger.sms(aReport()));
    demandFields(error, unauthorized);
    demand(error instanceof Error && isConversionError(error), "it is no ConversionError");
    demandFields(await errorOf(() => byKey("x".repeat(40)).sms(aReport())), unauthorized);
    demandEqual(await statuses(), [401], "answers of Vonage");
  },

  "402 is not_enabled, without a retry": async () => {
    const error = await errorOf(() => direct(notEnabled).sms(aReport()));
    demandFields(error, { code: "not_enabled", status: 402, retryable: false, attempts: 1 });
  },

  "422 is rejected, without a retry": async () => {
    await fail({ status: 422, times: 3 });
    const error = await errorOf(() => direct().voice(aReport()));
    demandFields(error, { code: "rejected", status: 422, retryable: false, attempts: 1 });
  },

  "a retry after 429 waits for Retry-After": async () => {
    await fail({ status: 429, retryAfter: "1" });
    const events: AttemptEvent[] = [];
    const began = Date.now();
    const result = await direct(twoFactor, { onAttempt: (event) => events.push(event) }).sms(aReport());
    const took = Date.now() - began;
    demandEqual(result, { status: "recorded", attempts: 2 }, "the result");
    demandFields(events[0], { code: "rate_limited", status: 429, retryIn: 1000 });
    // Timers of some runtimes fire slightly early.
    demand(took >= 990 && took < 1000 + LATE_MS, `it took ${took} ms`);
  },

  "429 without retries is an error with the time to wait": async () => {
    await fail({ status: 429, retryAfter: "7" });
    const error = await errorOf(() => direct(twoFactor, { retry: false }).sms(aReport()));
    demandFields(error, { code: "rate_limited", status: 429, retryable: true, retryAfter: 7000 });
  },

  "503 is retried until the report is recorded": async () => {
    await fail({ status: 503, times: 2, body: "<html>" });
    const report = aReport();
    demandEqual(await direct().sms(report), { status: "recorded", attempts: 3 }, "the result");
    demandEqual(await statuses(), [503, 503, 200], "answers");
    demandEqual((await reportsOf(report.messageId)).length, 1, "the number of reports");
  },

  "503 at every retry is unavailable": async () => {
    await fail({ status: 503, times: 3 });
    const error = await errorOf(() => direct().sms(aReport()));
    demandFields(error, { code: "unavailable", status: 503, retryable: true, attempts: 3 });
  },

  "a broken connection is network": async () => {
    await fail({ drop: true, times: 5 });
    const error = await errorOf(() => direct(twoFactor, { retry: false }).sms(aReport()));
    demandFields(error, { code: "network", retryable: true, attempts: 1 });
  },

  "a report survives broken connections and is recorded once": async () => {
    await fail({ drop: true, times: 2 });
    const report = aReport();
    // The number of requests may vary: a repeated report does no harm, and Deno repeats it by itself.
    demandFields(await direct().sms(report), { status: "recorded" });
    demandEqual(await statuses(), [0, 0, 200], "requests on the wire");
    demandEqual((await reportsOf(report.messageId)).length, 1, "the number of reports");
  },

  "a hanging upstream is timeout, and its connection is closed": async () => {
    await fail({ hang: true });
    const client = direct(twoFactor, { timeout: 200, retry: false });
    const { took, error } = await timed(() => client.sms(aReport()));
    demandFields(error, { code: "timeout", retryable: true, attempts: 1 });
    demand(took >= 190 && took < 200 + LATE_MS, `it took ${took} ms`);
    await untilGivenUp();
  },

  "a signal ends a report and its request": async () => {
    await fail({ hang: true });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 200);
    const { signal } = controller;
    const { took, error } = await timed(() => direct().sms(aReport(), { signal }));
    demandFields(error, { code: "aborted", retryable: false, attempts: 1 });
    demand(took < 200 + LATE_MS, `it took ${took} ms`);
    await untilGivenUp();
  },

  "a signal ends the wait before a retry": async () => {
    await fail({ status: 429, retryAfter: "5" });
    const client = direct(twoFactor, { signal: AbortSignal.timeout(200) });
    const { took, error } = await timed(() => client.sms(aReport()));
    demandFields(error, { code: "aborted", retryable: false, attempts: 1 });
    demand(took < 200 + LATE_MS, `it took ${took} ms`);
    demandEqual(await statuses(), [429], "answers");
  },

  "an aborted signal sends nothing": async () => {
    const signal = AbortSignal.abort();
    demandFields(await errorOf(() => direct().sms(aReport(), { signal })), { code: "aborted", attempts: 0 });
    demandEqual(await statuses(), [], "requests");
  },

  "a redirect is unexpected_response and is not followed": async () => {
    await fail({ status: 307, location: "/conversions/voice", times: 5 });
    const report = aReport();
    const error = await errorOf(() => direct().sms(report));
    demandFields(error, { code: "unexpected_response", retryable: false, attempts: 1 });
    demandEqual(await statuses(), [307], "answers");
    demandEqual(await reportsOf(report.messageId), [], "reports");
  },

  "a refused connection is network": async () => {
    const error = await errorOf(() => intoTheVoid().sms(aReport()));
    demandFields(error, { code: "network", retryable: true, attempts: QUICK.attempts });
  },
});
