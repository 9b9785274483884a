// The Durable Object of the limits: Cloudflare's storage, alarm and clock around `createSendLimiter`.

import { DurableObject } from "cloudflare:workers";
import type { CodeSecret } from "../../../src/two-factor/challenge/code.ts";
import { DEFAULT_LIMITS } from "../../../src/two-factor/challenge/limits.ts";
import type { Sending } from "../../http/two-factor/challenges.ts";
import type { WebhookSighting } from "../../http/two-factor/webhook-record.ts";
import { readEnv } from "../configuration.ts";
import type { Env } from "../env.ts";
import { createFailureLog, createUnreadableLog, type FailureEvent, writeEvent } from "../event-log.ts";
import type { QuarantinePosition } from "../storage/quarantine.ts";
import { hashNumber } from "./hashed-numbers.ts";
import { createLimitStore } from "./limit-store.ts";
import type { ObjectContext } from "./object-context.ts";
import type { SendLimitsRpc } from "./rpc.ts";
import { createSendLimiter } from "./send-limiter.ts";

class SendLimitsObject extends DurableObject implements SendLimitsRpc {
  readonly #limiter: ReturnType<typeof createSendLimiter>;
  readonly #secrets: readonly CodeSecret[];

  constructor(context: ObjectContext, env: Env) {
    super(context, env);
    const { storage, id } = context;
    const log = (entry: FailureEvent): void => writeEvent(entry, id.name);
    const read = readEnv(env);
    const { limits, codeSecrets = [] } = ("config" in read && read.twoFactor) || {};
    this.#secrets = codeSecrets;
    this.#limiter = createSendLimiter(
      {
        store: createLimitStore(
          storage.sql,
          (work) => storage.transactionSync(work),
          createUnreadableLog(log),
        ),
        transact: (work) => storage.transactionSync(work),
        setAlarm: (at) => {
          storage.setAlarm(at);
        },
        now: Date.now,
        logFailure: createFailureLog(log),
      },
      { ...DEFAULT_LIMITS, ...limits },
    );
    context.blockConcurrencyWhile(async () => {
      this.#limiter.wake((await storage.getAlarm()) ?? undefined);
    });
  }

  async take(sending: Sending) {
    return this.#limiter.take(sending, await hashNumber(this.#secrets, sending.number));
  }

  async erase(number: string) {
    const { number: names } = await hashNumber(this.#secrets, number);
    return this.#limiter.erase(number, names);
  }

  async count(name: string) {
    this.#limiter.count(name);
  }

  async counts() {
    return this.#limiter.counts();
  }

  async see(sighting: WebhookSighting) {
    this.#limiter.see(sighting);
  }

  async sightings() {
    return this.#limiter.sightings();
  }

  async listSetAside(limit: number, after: QuarantinePosition | undefined) {
    return this.#limiter.listQuarantined(limit, after);
  }

  async countSetAside() {
    return this.#limiter.countQuarantined();
  }

  alarm() {
    return this.#limiter.alarm();
  }
}

/** The Durable Object class of the limits: export it from your Worker, and bind it as `SEND_LIMITS`. */
export const SendLimits: new (context: ObjectContext, env: Env) => SendLimitsRpc = SendLimitsObject;
/** An instance; `wrangler types` refers to it. */
export type SendLimits = SendLimitsRpc;
