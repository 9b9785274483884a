// The Worker's objects: the same shards as on Cloudflare, over databases in memory, on the sandbox's clock.

import { DEFAULT_LIMITS } from "../../src/two-factor/challenge/limits.ts";
import { createGroupCommit } from "../cloudflare/ledger/group-commit.ts";
import type { ShardRpc } from "../cloudflare/ledger/rpc.ts";
import { sendOnce } from "../cloudflare/ledger/send-once.ts";
import { DEFAULT_LEDGER_SETTINGS } from "../cloudflare/ledger/settings.ts";
import { createShard } from "../cloudflare/ledger/shard.ts";
import { toShardRules } from "../cloudflare/ledger/shard-rules.ts";
import { createStore } from "../cloudflare/ledger/store.ts";
import { toChallengeRules } from "../cloudflare/two-factor/challenge-rules.ts";
import { createChallengeShard } from "../cloudflare/two-factor/challenge-shard.ts";
import { createChallengeStore } from "../cloudflare/two-factor/challenge-store.ts";
import { hashNumber } from "../cloudflare/two-factor/hashed-numbers.ts";
import { createLimitStore } from "../cloudflare/two-factor/limit-store.ts";
import type { Listener } from "../cloudflare/two-factor/outbox.ts";
import type { ChallengesRpc, SendLimitsRpc } from "../cloudflare/two-factor/rpc.ts";
import { createSendLimiter } from "../cloudflare/two-factor/send-limiter.ts";
import type { HandlerConfig } from "../http/options.ts";
import { createSenders } from "../http/senders.ts";
import type { TwoFactorConfig } from "../http/two-factor/options.ts";
import { createMemorySql } from "./memory-sql/memory-sql.ts";
import { createNamespace } from "./namespace.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** A log would be noise in the output of tests, which read the same from answers and from `GET /stats`. */
const silent = () => {};

export function createLedgerObjects(clock: VirtualClock, config: HandlerConfig) {
  const senders = createSenders(config, false);
  return createNamespace(clock, (_, setAlarm) => {
    const { sql, transact } = createMemorySql();
    const store = createStore(sql, transact);
    const shard = createShard(
      {
        store,
        commit: createGroupCommit(store.transact),
        send: (row) => sendOnce(senders.get(row.traffic), row),
        setAlarm,
        index: 0,
        now: clock.now,
        sleep: clock.sleep,
        random: Math.random,
        log: silent,
      },
      toShardRules(DEFAULT_LEDGER_SETTINGS, config.timeout),
    );
    shard.wake(undefined);
    const methods: ShardRpc = {
      ...shard,
      list: async (...asked) => shard.list(...asked),
      listSetAside: async (...asked) => shard.listQuarantined(...asked),
      stats: async () => shard.stats(),
      nudge: async (keys) => shard.nudge(keys),
    };
    return { methods, alarm: () => clock.run(shard.alarm) };
  });
}

export function createChallengeObjects(clock: VirtualClock, config: TwoFactorConfig, ledger: Listener) {
  return createNamespace(clock, (_, setAlarm) => {
    const { sql, transact } = createMemorySql();
    const shard = createChallengeShard(
      {
        store: createChallengeStore(sql, transact),
        transact,
        // Messages to the ledger proceed beside the call that causes them.
        ledger: {
          report: (report) => clock.run(() => ledger.report(report)),
          track: (message) => clock.run(() => ledger.track(message)),
        },
        setAlarm,
        waitUntil: silent,
        now: clock.now,
        startTimer: (ring, milliseconds) => clock.at(clock.now() + milliseconds, ring),
        logFailure: silent,
      },
      toChallengeRules(config, DEFAULT_LEDGER_SETTINGS),
    );
    shard.wake(undefined);
    const methods: ChallengesRpc = {
      ...shard,
      nudge: async () => shard.nudge(),
      erase: async (number) => shard.erase(number),
      listSetAside: async (...asked) => shard.listQuarantined(...asked),
      countSetAside: async () => shard.countQuarantined(),
      claim: async (...asked) => shard.claim(...asked),
      recall: async (keyed) => shard.recall(keyed),
      look: async (id) => shard.look(id),
      // Only time or another call ends the wait.
      wait: (...asked) => clock.join(Promise.resolve(shard.wait(...asked))),
      leave: async (ticket) => shard.leave(ticket),
      receipt: async (...asked) => shard.receipt(...asked),
    };
    return { methods, alarm: shard.alarm };
  });
}

export function createLimitObjects(clock: VirtualClock, { codeSecrets, limits }: TwoFactorConfig) {
  return createNamespace(clock, (_, setAlarm) => {
    const { sql, transact } = createMemorySql();
    const limiter = createSendLimiter(
      { store: createLimitStore(sql, transact), transact, setAlarm, now: clock.now },
      { ...DEFAULT_LIMITS, ...limits },
    );
    limiter.wake(undefined);
    const methods: SendLimitsRpc = {
      take: async (sending) => limiter.take(sending, await hashNumber(codeSecrets, sending.number)),
      count: async (name) => limiter.count(name),
      counts: async () => limiter.counts(),
      see: async (sighting) => limiter.see(sighting),
      sightings: async () => limiter.sightings(),
      erase: async (number) => limiter.erase(number, (await hashNumber(codeSecrets, number)).number),
      listSetAside: async (...asked) => limiter.listQuarantined(...asked),
      countSetAside: async () => limiter.countQuarantined(),
    };
    return { methods, alarm: limiter.alarm };
  });
}
