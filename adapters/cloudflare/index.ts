// The Cloudflare Worker: environment and context in, the handler of adapters/fetch behind.

import { type ConversionHandler, createHandler, createIncompleteHandler } from "../fetch/handler.ts";
import type { Ledger as HandlerLedger } from "../fetch/ledger.ts";
import { type Env, readEnv } from "./env.ts";
import type { LedgerSettings } from "./ledger/settings.ts";
import { createShardedLedger } from "./ledger/shards.ts";

export type { LedgerAnswer } from "../fetch/ledger.ts";
export type { SentMessage, TrackResult } from "../fetch/track.ts";
export { type ConversionService, Conversions } from "./conversions.ts";
export type { Env } from "./env.ts";
export { Ledger, type ShardContext } from "./ledger/durable-object.ts";
export type { ShardNamespace } from "./ledger/settings.ts";

/** What is used of Cloudflare's `ExecutionContext`. */
export interface ExecutionContext {
  waitUntil(work: Promise<unknown>): void;
}

/** One handler for each environment, which lives as long as the isolate. */
const handlers = new WeakMap<Env, ConversionHandler>();

/**
 * The Worker. Deploy it as it is, or from a file of your own:
 * `export { Conversions, default, Ledger } from "vonage-conversion/cloudflare"`.
 */
export default {
  fetch(request: Request, env: Env, context: ExecutionContext): Promise<Response> {
    let handle = handlers.get(env);
    if (handle === undefined) {
      handle = makeHandler(env);
      handlers.set(env, handle);
    }
    const answer = handle(request, {
      lengthHolds: true,
      clientAddress: request.headers.get("cf-connecting-ip") ?? undefined,
    });
    // From the first moment: a page may close, and hang up, before its caller is even identified.
    context.waitUntil(answer);
    return answer;
  },

  /**
   * The cron trigger: sees to it that every shard that has something to do has its alarm set. The platform gives an
   * alarm up that fails seven times, as it may while a disk is full.
   */
  async scheduled(_: unknown, env: Env): Promise<void> {
    const read = readEnv(env);
    if ("config" in read) await ledgerOf(read.ledger)?.nudge([]);
  },
};

function ledgerOf(settings: LedgerSettings): HandlerLedger | undefined {
  return settings.namespace && createShardedLedger(settings.namespace, settings);
}

function makeHandler(env: Env): ConversionHandler {
  const read = readEnv(env);
  if (!("config" in read)) return createIncompleteHandler(read);
  const { config, ledger } = read;
  return createHandler(config, ledgerOf(ledger));
}
