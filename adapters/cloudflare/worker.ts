// Makes everything that a Worker's module exports from one set of options.

import type { ConversionHandler } from "../http/app.ts";
import { createHandler } from "../http/handler.ts";
import { createIncompleteHandler } from "../http/incomplete.ts";
import { createConversionsEntrypoint } from "./conversions.ts";
import type { Env } from "./env.ts";
import { createServices } from "./services.ts";
import { createTwoFactorEntrypoint } from "./two-factor/entrypoint.ts";
import type { Senders } from "./two-factor/settings.ts";

/** The part of Cloudflare's `ExecutionContext` that is used. */
export interface ExecutionContext {
  waitUntil(work: Promise<unknown>): void;
}

/** Options of {@link createWorker}. */
export interface WorkerOptions {
  /**
   * Your own senders of codes, by channel, in place of those that the environment describes. The message ids that they
   * return are reported to Vonage, so they must be Vonage's.
   *
   * @default none
   * @example
   * // Texts go through a gateway of your own; calls are made as the environment says.
   * createWorker({ senders: (env) => ({ sms: createGatewaySender(env.SMS_GATEWAY_KEY) }) });
   */
  readonly senders?: (env: Env) => Senders;
  /**
   * Reads the client's address, which callers without credentials are counted by. It must come from the platform or from
   * your own proxy: clients can send any other header.
   *
   * @default the header `cf-connecting-ip`, which Cloudflare sets
   * @example
   * // On workerd itself, behind a proxy that sets this header.
   * createWorker({ clientAddress: (request) => request.headers.get("x-real-ip") ?? undefined });
   */
  readonly clientAddress?: (request: Request, env: Env) => string | undefined;
}

/** The handlers of a Worker's module. */
export interface Worker {
  fetch(request: Request, env: Env, context: ExecutionContext): Promise<Response>;
  scheduled(event: unknown, env: Env): Promise<void>;
}

/**
 * Makes a Worker with your own senders. Export what it returns, and the Durable Object classes.
 *
 * @example
 * const { worker, Conversions, TwoFactor } = createWorker({ senders: () => ({ sms: mySender }) });
 * export { Challenges, Insight, Ledger, SendLimits } from "vonage-conversion/cloudflare";
 * export { Conversions, TwoFactor };
 * export default worker;
 */
export function createWorker({
  senders = () => ({}),
  clientAddress = (request) => request.headers.get("cf-connecting-ip") ?? undefined,
}: WorkerOptions = {}) {
  const services = remember((env) => createServices(env, senders(env)));
  const handlers = remember(makeHandler);

  const worker: Worker = {
    fetch(request, env, context) {
      return handlers(env)(request, {
        waitUntil: (work) => context.waitUntil(work),
        lengthHolds: true,
        clientAddress: clientAddress(request, env),
      });
    },

    /**
     * The cron trigger sets the alarm of every shard that has work to do. Cloudflare drops an alarm after it has failed
     * seven times, which can happen while a disk is full.
     */
    async scheduled(_, env) {
      const made = services(env);
      if ("config" in made) await made.nudge();
    },
  };
  return {
    worker,
    Conversions: createConversionsEntrypoint(services),
    TwoFactor: createTwoFactorEntrypoint(services),
  };

  function makeHandler(env: Env): ConversionHandler {
    const made = services(env);
    return "config" in made ? createHandler(made.config, made) : createIncompleteHandler(made);
  }
}

/** Caches what `make` returns for each environment, which lives as long as the isolate. */
function remember<T>(make: (env: Env) => T): (env: Env) => T {
  const made = new WeakMap<Env, { readonly value: T }>();
  return (env) => {
    let found = made.get(env);
    if (found === undefined) {
      found = { value: make(env) };
      made.set(env, found);
    }
    return found.value;
  };
}
