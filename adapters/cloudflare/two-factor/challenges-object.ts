// The Durable Object of the challenges: Cloudflare's storage, alarm and clock around `createChallengeShard`.

import { DurableObject } from "cloudflare:workers";
import type { DeliveryReceipt } from "../../../src/webhooks/delivery-receipt.ts";
import type { Channel } from "../../../src/wire/report.ts";
import { LedgerUnavailable } from "../../http/ports/ledger.ts";
import type { Keep, Keyed, NewChallenge, Once, SendingEnded } from "../../http/two-factor/challenges.ts";
import { readEnv } from "../configuration.ts";
import type { Env } from "../env.ts";
import { createFailureLog, createUnreadableLog, type FailureEvent, writeEvent } from "../event-log.ts";
import { createCountingSource, createGather } from "../insight/counting/source.ts";
import { DEFAULT_INSIGHT_SETTINGS } from "../insight/settings.ts";
import { inJurisdiction } from "../jurisdiction.ts";
import { DEFAULT_LEDGER_SETTINGS } from "../ledger/settings.ts";
import { createShardedLedger } from "../ledger/shards.ts";
import type { QuarantinePosition } from "../storage/quarantine.ts";
import { toChallengeRules } from "./challenge-rules.ts";
import { type ChallengeShard, createChallengeShard } from "./challenge-shard.ts";
import { createChallengeStore } from "./challenge-store.ts";
import type { ObjectContext } from "./object-context.ts";
import type { ChallengesRpc } from "./rpc.ts";

const unavailable = () => Promise.reject(new LedgerUnavailable("There is no ledger."));
const NO_LEDGER = { report: unavailable, track: unavailable };

class ChallengeShardObject extends DurableObject implements ChallengesRpc {
  readonly #shard: ChallengeShard;

  constructor(context: ObjectContext, env: Env) {
    super(context, env);
    const { storage, id } = context;
    const read = readEnv(env);
    // With wrong settings the Worker refuses every call; the outbox is kept until they are right.
    const { twoFactor, ledger = DEFAULT_LEDGER_SETTINGS } = "config" in read ? read : {};
    const { INSIGHT: insight } = inJurisdiction(env);
    const { interval } = "config" in read ? read.insight : DEFAULT_INSIGHT_SETTINGS;
    const now = Date.now;
    const log = (entry: FailureEvent): void => writeEvent(entry, id.name);
    const logFailure = createFailureLog(log);
    const isShard = /^challenges-\d+$/.test(id.name ?? "");
    this.#shard = createChallengeShard(
      {
        counting:
          insight && id.name !== undefined && isShard
            ? createCountingSource(storage.sql, {
                source: id.name,
                gather: createGather(insight),
                now,
                random: Math.random,
                interval: interval * 1000,
                logFailure,
              })
            : undefined,
        store: createChallengeStore(
          storage.sql,
          (work) => storage.transactionSync(work),
          createUnreadableLog(log),
        ),
        transact: (work) => storage.transactionSync(work),
        ledger: ledger.namespace ? createShardedLedger(ledger.namespace, ledger) : NO_LEDGER,
        setAlarm: (at) => {
          storage.setAlarm(at);
        },
        waitUntil: (work) => context.waitUntil(work),
        now,
        logFailure,
      },
      toChallengeRules(twoFactor, ledger),
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
    return this.#shard.listQuarantined(limit, after);
  }

  async countSetAside() {
    return this.#shard.countQuarantined();
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

/**
 * The Durable Object class of the challenges: export it from your Worker, and bind it as `CHALLENGES`. Only the
 * Worker may call its methods.
 */
export const Challenges: new (context: ObjectContext, env: Env) => ChallengesRpc = ChallengeShardObject;
/** An instance; `wrangler types` refers to it. */
export type Challenges = ChallengesRpc;
