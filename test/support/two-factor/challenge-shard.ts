// A shard of challenges over a database in memory, with a ledger that accepts everything.

import type {
  ChallengePlatform,
  ChallengeShardRules,
} from "../../../adapters/cloudflare/two-factor/challenge-platform.ts";
import {
  type ChallengeShard,
  createChallengeShard,
} from "../../../adapters/cloudflare/two-factor/challenge-shard.ts";
import { createChallengeStore } from "../../../adapters/cloudflare/two-factor/challenge-store.ts";
import type { NewChallenge } from "../../../adapters/http/two-factor/challenges.ts";
import type { MemorySql } from "../memory-sql.ts";

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const NOW = Date.UTC(2026, 5, 1, 12);

export const NUMBER = "447400123456";
export const SECRET = { kid: "c1", secret: "code-secret-0123456789-0123456789-abcdef" };
export const OTHER_SECRET = { kid: "c2", secret: "another-secret-0123456789-0123456789-ab" };
export const CODE = "918273";
export const RULES: ChallengeShardRules = {
  lifetime: 5 * MINUTE,
  cooldown: 30 * SECOND,
  maxMessages: 4,
  codeSecrets: [SECRET],
  codeLength: 6,
  maxGuesses: 5,
  keep: 24 * HOUR,
  maxBytes: 1_000_000_000,
};

export function challengeOf(id: string, more: Partial<NewChallenge> = {}): NewChallenge {
  const base = {
    to: NUMBER,
    country: "GB",
    brand: "Acme",
    locale: "en",
    channel: "sms",
    code: CODE,
  } as const;
  return { ...base, id, clientRef: id, ...more };
}

/** `rules` and `platform` replace single parts. */
export function createQuietShard(
  { sql, transact }: MemorySql,
  rules: Partial<ChallengeShardRules> = {},
  platform: Partial<ChallengePlatform> = {},
): ChallengeShard {
  return createChallengeShard(
    {
      store: createChallengeStore(sql, transact),
      transact,
      ledger: { report: async () => ({ status: "recorded", attempts: 1 }), track: async () => "tracked" },
      setAlarm: () => {},
      waitUntil: () => {},
      now: () => NOW,
      logFailure: () => {},
      ...platform,
    },
    { ...RULES, ...rules },
  );
}
