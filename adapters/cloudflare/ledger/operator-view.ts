// Shows the rows and counts of shards as the operator's routes answer them.

import { type HeldBackBy, heldBackBy, type KeyState } from "../../../src/ledger/key-state.ts";
import type { ReportState, Row } from "../../../src/ledger/row.ts";
import { fromStoredGate } from "../../../src/ledger/stored-gate.ts";
import type { LedgerStats, ListedReport, ListedState, UnreadableReport } from "../../http/ports/ledger.ts";
import type { ShardRpc } from "./rpc.ts";
import { KEEP_DEAD_MS } from "./settings.ts";
import type { ShardStats } from "./shard.ts";
import type { Position, QuarantinedReport } from "./store.ts";

export interface Listed {
  readonly listed: ListedReport | UnreadableReport;
  /** The place in the shard, for a cursor. */
  readonly position: Position;
}

/** Lists one page of a shard. */
export async function listShard(
  shard: ShardRpc,
  state: ListedState,
  limit: number,
  after: Position | undefined,
): Promise<Listed[]> {
  if (state === "unreadable") return (await shard.listSetAside(limit, after)).map(showQuarantined);
  return (await shard.list(state as ReportState, limit, after)).map(showRow);
}

/** Adds up the numbers of all shards. */
export function sumStats(parts: readonly ShardStats[]): Omit<LedgerStats, "shards" | "formerShards"> {
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
}

/** Shows a row as the routes answer it. */
export function showRow(row: Row): Listed & { readonly listed: ListedReport } {
  const {
    channel,
    messageId,
    traffic,
    state,
    delivered,
    occurredAt,
    due,
    since,
    attempts,
    reason,
    vonageStatus,
  } = row;
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
      ...(vonageStatus !== undefined && { vonageStatus }),
      ...(state === "dead" && { diedAt: toIso(due - KEEP_DEAD_MS) }),
    },
    position: [traffic, due, channel, messageId],
  };
}

function showQuarantined({ channel, messageId, since, raw }: QuarantinedReport): Listed {
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
