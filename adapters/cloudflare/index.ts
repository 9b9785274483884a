// The Cloudflare Worker: translates environment and context for the handler of adapters/http.

import type { ConversionService } from "./conversions.ts";
import type { TwoFactorService } from "./two-factor/entrypoint.ts";
import { createWorker } from "./worker.ts";

export type { SentMessage, TrackResult } from "../../src/track/sent-message.ts";
export type { LedgerAnswer } from "../http/ports/ledger.ts";
export type { ConversionService, ServiceReport } from "./conversions.ts";
export type { Env } from "./env.ts";
export { Insight } from "./insight/insight-object.ts";
export { Ledger, type ShardContext } from "./ledger/durable-object.ts";
export type { ShardNamespace } from "./ledger/settings.ts";
export { Challenges } from "./two-factor/challenges-object.ts";
export type { KeyOption, TwoFactorService } from "./two-factor/entrypoint.ts";
export type { ObjectContext } from "./two-factor/object-context.ts";
export { SendLimits } from "./two-factor/send-limits-object.ts";
export type { Senders } from "./two-factor/settings.ts";
export { createWorker, type ExecutionContext, type Worker, type WorkerOptions } from "./worker.ts";

const made = createWorker();

/**
 * The entrypoint for service bindings (`entrypoint = "Conversions"`). A bound Worker may report without a key.
 *
 * @example
 * interface Env { CONVERSIONS: ConversionService }
 * await env.CONVERSIONS.sms({ messageId: "0A0000000123ABCD1", delivered: true });
 */
export const Conversions = made.Conversions;
/** The type of an instance, which `wrangler types` refers to. */
export type Conversions = ConversionService;

/**
 * The entrypoint for service bindings (`entrypoint = "TwoFactor"`). A bound Worker may send and check codes without a
 * key.
 *
 * @example
 * interface Env { TWO_FACTOR: TwoFactorService }
 * const { id } = await env.TWO_FACTOR.start({ to: "+447400123456", channel: "sms" });
 */
export const TwoFactor = made.TwoFactor;
/** The type of an instance, which `wrangler types` refers to. */
export type TwoFactor = TwoFactorService;

/**
 * The Worker. Deploy it unchanged, or from your own file:
 * `export { Challenges, Conversions, default, Insight, Ledger, SendLimits, TwoFactor } from "vonage-conversion/cloudflare"`.
 */
export default made.worker;
