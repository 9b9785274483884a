// The ledger as the handler sees it: finds the shard of each message, and asks all of them for lists and counts.

import { type HeldBackBy, heldBackBy, type KeyState } from "../../../src/ledger/key-state.ts";
import type { ReportState, Row } from "../../../src/ledger/row.ts";
import { fromStoredGate } from "../../../src/ledger/stored-gate.ts";
import {
  type Ledger,
  type LedgerStats,
  LedgerUnavailable,
  type ListedReport,
  type ListedState,
  type UnreadableReport,
} from "../../http/ports/ledger.ts";
import { readCursor, writeCursor } from "../cursor.ts";
import { inGroups } from "../in-groups.ts";
import { createRouting } from "./routing.ts";
import type { ShardRpc } from "./rpc.ts";
import type { LedgerSettings, ShardNamespace } from "./settings.ts";
import type { Position, SetAside } from "./store.ts";

/**
 * A message of a former layout stays in the shard it is in, and is looked for there first: see src/ledger/layout.ts.
 */
export function createShardedLedger(
  namespace: ShardNamespace,
  settings: Pick<LedgerSettings, "shards"> & Partial<LedgerSettings>,
): Ledger {
  const { ask, call, current } = createRouting(namespace, settings);
  const [count = 1] = settings.shards;

  return {
    shards: count,

    async report(report) {
      const answer = await ask(report, (one, layout) => one.report(report, layout));
      if (answer === "full") throw new LedgerUnavailable("The ledger is full.");
      return answer;
    },

    async track(message) {
      const answer = await ask(message, (one, layout) => one.track(message, layout));
      if (answer === "full") throw new LedgerUnavailable("The ledger is full.");
      return answer;
    },

    retry({ channel, messageId }) {
      const key = { channel, messageId };
      return ask(key, (one, layout) => one.retry(key, layout));
    },

    async list(state, limit, cursor) {
      const { shards: all } = await current();
      const start = { shard: 0, after: undefined };
      const from = cursor === undefined ? start : readCursor(cursor, all);
      if (from === undefined) return undefined;
      const found: (Listed & { readonly shard: number })[] = [];
      let after: Position | undefined = from.after;
      // One more than asked for tells whether there is a next page.
      for (let shard = from.shard; shard < all && found.length <= limit; shard++) {
        const room = limit + 1 - found.length;
        const page = await call(shard, (one) => listShard(one, state, room, after));
        found.push(...page.map((one) => ({ ...one, shard })));
        after = undefined;
      }
      const page = found.slice(0, limit);
      const last = found.length > limit ? page.at(-1) : undefined;
      return {
        reports: page.map(({ listed }) => listed),
        ...(last && { cursor: writeCursor(last.shard, last.position) }),
      };
    },

    async nudge(mended) {
      // What can be woken is woken, also where the layout cannot be asked for.
      const { shards: all } = await current().catch(() => ({ shards: Math.max(...settings.shards) }));
      await inGroups(0, all, (index) => call(index, (one) => one.nudge(mended)));
    },

    async stats() {
      const statsOf = (index: number) => call(index, (one) => one.stats());
      const [named, { layout, shards: all }] = await Promise.all([
        inGroups(0, Math.max(...settings.shards), statsOf),
        current(),
      ]);
      const parts = [...named, ...(await inGroups(named.length, all, statsOf))];
      const [inForce = count, ...former] = layout.counts;
      const reports = { tracking: 0, sending: 0, queued: 0, recorded: 0, dead: 0, unreadable: 0 };
      const counts = new Map<string, LedgerStats["counts"][number]>();
      for (const part of parts) {
        reports.unreadable += part.unreadable;
        for (const { traffic, channel, state, ...more } of part.counts) {
          reports[state] += more.reports;
          const kind = `${traffic} ${channel} ${state}`;
          const sum = counts.get(kind) ?? { traffic, channel, state, reports: 0, attempts: 0 };
          counts.set(kind, {
            ...sum,
            reports: sum.reports + more.reports,
            attempts: sum.attempts + more.attempts,
          });
        }
      }
      const waiting = parts.flatMap(({ oldestWaiting }) => oldestWaiting ?? []);
      return {
        shards: inForce,
        ...(former.length > 0 && { formerShards: former }),
        reports,
        counts: [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one),
        oldestWaiting: waiting.length === 0 ? null : toIso(Math.min(...waiting)),
        gates: parts.flatMap(({ gates }, shard) =>
          gates.flatMap(([traffic, gate]) => {
            const state = fromStoredGate(gate);
            const cause = heldBackBy(state);
            return cause ? [showRestriction(shard, traffic, state, cause)] : [];
          }),
        ),
      };
    },
  };
}

interface Listed {
  readonly listed: ListedReport | UnreadableReport;
  readonly position: Position;
}

async function listShard(
  shard: ShardRpc,
  state: ListedState,
  limit: number,
  after: Position | undefined,
): Promise<Listed[]> {
  if (state === "unreadable") return (await shard.listSetAside(limit, after)).map(showSetAside);
  return (await shard.list(state as ReportState, limit, after)).map(showRow);
}

function showRow(row: Row): Listed {
  const { channel, messageId, traffic, state, delivered, occurredAt, due, since, attempts, reason } = row;
  return {
    listed: {
      channel,
      messageId,
      traffic,
      state,
      delivered,
      occurredAt: occurredAt === null ? null : toIso(occurredAt),
      nextAt: toIso(due),
      since: toIso(since),
      attempts,
      reason,
    },
    position: [traffic, due, channel, messageId],
  };
}

function showSetAside({ channel, messageId, since, raw }: SetAside): Listed {
  return {
    listed: { state: "unreadable", channel, messageId, since: toIso(since), raw },
    position: ["", since, channel, messageId],
  };
}

function showRestriction(
  shard: number,
  traffic: LedgerStats["gates"][number]["traffic"],
  state: KeyState,
  cause: HeldBackBy,
): LedgerStats["gates"][number] {
  const { openedBy, since, probeAt, perSecond } = state;
  return {
    shard,
    traffic,
    cause,
    since: toIso(since),
    nextProbeAt: openedBy === null ? null : toIso(probeAt),
    perSecond: openedBy === null ? perSecond : null,
  };
}

const toIso = (instant: number) => new Date(instant).toISOString();
