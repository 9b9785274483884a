// Requests to the Worker: with the proxy key, and those that send or count something under an idempotency key, so that
// they can be repeated.

import { signalSchema } from "../../client/signal-schema.ts";
import { createTransport, type OutgoingRequest } from "../../client/transport.ts";
import { JSON_HEADERS } from "../../shared/json-headers.ts";
import { idempotencyKeyText } from "../challenge/idempotency-key.ts";
import { type Answered, readAnswer } from "./answer.ts";
import type { ResolvedClientOptions } from "./options.ts";
import { askRepeatedly } from "./repeat.ts";
import { validate } from "./validate.ts";

/** Ten messages of several parts, each with its receipt, take about 10 kB. */
const MAX_BODY_BYTES = 65_536;

/** Milliseconds for `/health`, which depends on nothing but the Worker. */
const HEALTH_MS = 3000;

export function createAskWorker({ endpoint, key, timeout, retry, fetch }: ResolvedClientOptions) {
  const headers = { authorization: `Bearer ${key}`, accept: "application/json" };
  const createAttempt = (patience: number) =>
    createTransport({
      baseUrl: endpoint,
      timeout: patience,
      fetch,
      keepalive: false,
      readUpTo: 599,
      maxBytes: MAX_BODY_BYTES,
      once: true,
    });
  const attemptOnce = createAttempt(timeout);

  return {
    /**
     * Asks once.
     *
     * @param longer Milliseconds that the Worker may take beyond `timeout`.
     */
    async ask(
      request: Omit<OutgoingRequest, "headers">,
      signal: AbortSignal | undefined,
      longer = 0,
    ): Promise<Answered> {
      const attempt = longer > 0 ? createAttempt(timeout + longer) : attemptOnce;
      return readAnswer(await send({ ...request, headers }, signal, attempt), signal);
    },

    /** Posts JSON under an idempotency key, and repeats it while it is unknown if it was done. */
    async post(
      path: string,
      body: object,
      signal: AbortSignal | undefined,
      idempotencyKey: string = crypto.randomUUID(),
    ): Promise<Answered> {
      const named = validate(idempotencyKeyText, idempotencyKey, "invalid_request", "idempotencyKey");
      const keyed = { ...headers, ...JSON_HEADERS, "idempotency-key": `"${named}"` };
      const request = { path, headers: keyed, body: JSON.stringify(body) };
      const health = { path: "/health", method: "GET", headers: {} } as const;
      const askHealth = () => send(health, signal, createAttempt(Math.min(timeout, HEALTH_MS)));
      return readAnswer(await askRepeatedly(() => send(request, signal), askHealth, retry, signal), signal);
    },
  };

  function send(request: OutgoingRequest, signal: AbortSignal | undefined, attempt = attemptOnce) {
    const stop = validate(signalSchema, signal, "invalid_options", "signal");
    return attempt(request, stop ? [stop] : []);
  }
}
