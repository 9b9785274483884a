// The Durable Objects of the workflow: storage, alarm and clock of the platform around what is in this folder.

import { DurableObject } from "cloudflare:workers";
import type { CodeSecret } from "../../../src/two-factor/challenge/code.ts";
import { DEFAULT_LIMITS } from "../../../src/two-factor/challenge/limits.ts";
import type { DeliveryReceipt } from "../../../src/webhooks/delivery-receipt.ts";
import type { Channel } from "../../../src/wire/report.ts";
import { LedgerUnavailable } from "../../http/ports/ledger.ts";
import type {
  Keep,
  Keyed,
  NewChallenge,
  Once,
  Sending,
  SendingEnded,
} from "../../http/two-factor/challenges.ts";
import type { WebhookSighting } from "../../http/two-factor/webhook-record.ts";
import { readEnv } from "../configuration.ts";
import type { Env } from "../env.ts";
import type { ShardContext } from "../ledger/durable-object.ts";
import { DEFAULT_LEDGER_SETTINGS } from "../ledger/settings.ts";
import { createShardedLedger } from "../ledger/shards.ts";
import type { QuarantinePosition } from "../storage/quarantine.ts";
import { type ChallengeShard, createChallengeShard } from "./challenge-shard.ts";
import { createChallengeStore } from "./challenge-store.ts";
import { hashNumber } from "./hashed-numbers.ts";
import { createLimitStore } from "./limit-store.ts";
import type { ChallengesRpc, SendLimitsRpc } from "./rpc.ts";
import { createSendLimiter } from "./send-limiter.ts";

const HOUR_MS = 3_600_000;

/** What is kept for late codes and late receipts; numbers are nobody's business for longer. */
const KEEP_MS = 24 * HOUR_MS;

const unavailable = () => Promise.reject(new LedgerUnavailable("There is no ledger."));
const NO_LEDGER = { report: unavailable, track: unavailable };

/** What is used of Cloudflare's `DurableObjectState`, beside what the ledger uses. */
export interface ObjectContext extends ShardContext {
  waitUntil(work: Promise<unknown>): void;
}

/** An error's text may quote anything; its kind is enough to find it. */
const logFailureOf = (shard: string | undefined) => (what: string, error: unknown) => {
  const hint = `${what}: ${error instanceof Error ? error.name : "unknown"}`;
  console.error(JSON.stringify({ level: "error", event: "failed", hint, shard }));
};

class ChallengeShardObject extends DurableObject implements ChallengesRpc {
  readonly #shard: ChallengeShard;

  constructor(context: ObjectContext, env: Env) {
    super(context, env);
    const { storage, id } = context;
    const read = readEnv(env);
    // With settings amiss nobody gets in by HTTP; what the ledger is still to be told is kept until they are right.
    const { twoFactor, ledger = DEFAULT_LEDGER_SETTINGS } = "config" in read ? read : {};
    this.#shard = createChallengeShard(
      {
        store: createChallengeStore(storage.sql, (work) => storage.transactionSync(work)),
        transact: (work) => storage.transactionSync(work),
        ledger: ledger.namespace ? createShardedLedger(ledger.namespace, ledger) : NO_LEDGER,
        setAlarm: (at) => {
          storage.setAlarm(at);
        },
        waitUntil: (work) => context.waitUntil(work),
        now: Date.now,
        logFailure: logFailureOf(id.name),
      },
      {
        codeSecrets: twoFactor?.codeSecrets ?? [],
        codeLength: twoFactor?.codeLength ?? 0,
        maxAttempts: twoFactor?.attempts ?? 0,
        lifetime: (twoFactor?.lifetime ?? 0) * 1000,
        cooldown: (twoFactor?.cooldown ?? 0) * 1000,
        maxMessages: twoFactor?.maxMessages ?? 0,
        keep: KEEP_MS,
        maxBytes: ledger.maxMegabytes * 1_000_000,
      },
    );
    context.blockConcurrencyWhile(async () => {
      this.#shard.wake((await storage.getAlarm()) ?? undefined);
    });
  }

  async nudge() {
    this.#shard.nudge();
  }

  async erase(number: string) {
    return this.#shard.erase(number);
  }

  async listSetAside(limit: number, after: QuarantinePosition | undefined) {
    return this.#shard.listSetAside(limit, after);
  }

  async countSetAside() {
    return this.#shard.countSetAside();
  }

  async claim(keyed: Keyed, id: string | undefined) {
    return this.#shard.claim(keyed, id);
  }

  async recall(keyed: Keyed) {
    return this.#shard.recall(keyed);
  }

  begin(challenge: NewChallenge, keyed?: Keyed) {
    return this.#shard.begin(challenge, keyed);
  }

  end(id: string, number: number, ended: SendingEnded, keep?: Keep) {
    return this.#shard.end(id, number, ended, keep);
  }

  check(id: string, code: string, keyed?: Keyed) {
    return this.#shard.check(id, code, keyed);
  }

  resend(id: string, channel: Channel | undefined, code: string, keyed?: Keyed) {
    return this.#shard.resend(id, channel, code, keyed);
  }

  cancel(id: string) {
    return this.#shard.cancel(id);
  }

  async look(id: string) {
    return this.#shard.look(id);
  }

  async wait(id: string, milliseconds: number, ticket: string) {
    return this.#shard.wait(id, milliseconds, ticket);
  }

  async leave(ticket: string) {
    this.#shard.leave(ticket);
  }

  async receipt(receipt: DeliveryReceipt, once: Once | undefined) {
    return this.#shard.receipt(receipt, once);
  }

  reply(number: string, text: string, once: Once | undefined) {
    return this.#shard.reply(number, text, once);
  }

  alarm() {
    return this.#shard.alarm();
  }
}

class SendLimitsObject extends DurableObject implements SendLimitsRpc {
  readonly #limiter: ReturnType<typeof createSendLimiter>;
  readonly #secrets: readonly CodeSecret[];

  constructor(context: ObjectContext, env: Env) {
    super(context, env);
    const { storage } = context;
    const read = readEnv(env);
    const { limits, codeSecrets = [] } = ("config" in read && read.twoFactor) || {};
    this.#secrets = codeSecrets;
    this.#limiter = createSendLimiter(
      {
        store: createLimitStore(storage.sql, (work) => storage.transactionSync(work)),
        transact: (work) => storage.transactionSync(work),
        setAlarm: (at) => {
          storage.setAlarm(at);
        },
        now: Date.now,
        logFailure: logFailureOf(context.id.name),
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
    return this.#limiter.listSetAside(limit, after);
  }

  async countSetAside() {
    return this.#limiter.countSetAside();
  }

  alarm() {
    return this.#limiter.alarm();
  }
}

/**
 * The Durable Object class of the challenges: export it from your Worker, and bind it as `CHALLENGES`. Its methods are
 * for the Worker alone.
 */
export const Challenges: new (context: ObjectContext, env: Env) => ChallengesRpc = ChallengeShardObject;
/** An instance, as `wrangler types` asks for it. */
export type Challenges = ChallengesRpc;

/** The Durable Object class of the limits: export it from your Worker, and bind it as `SEND_LIMITS`. */
export const SendLimits: new (context: ObjectContext, env: Env) => SendLimitsRpc = SendLimitsObject;
/** An instance, as `wrangler types` asks for it. */
export type SendLimits = SendLimitsRpc;
