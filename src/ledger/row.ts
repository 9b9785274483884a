// One message in the ledger, as plain data.

import type { ConversionErrorCode } from "../client/errors.ts";
import { CHANNELS, type Channel, TRAFFICS, type Traffic } from "../wire/report.ts";
import { type Extras, formatExtras, parseExtras } from "./stored-facts.ts";

/**
 * The state of a message:
 *
 * - `tracking`: it was sent; its report is awaited until `due`.
 * - `sending`: a request to Vonage is under way. Kept in memory (see under-way.ts); 0.2.0 and earlier stored it.
 * - `queued`: Vonage has not confirmed; the next request is due at `due`.
 * - `recorded`: Vonage has confirmed.
 * - `dead`: given up; kept for a person to look at.
 */
export type ReportState = "tracking" | "sending" | "queued" | "recorded" | "dead";

/** A message and its outcome. Times are epoch milliseconds. */
export interface Row extends Extras {
  readonly channel: Channel;
  readonly messageId: string;
  readonly traffic: Traffic;
  readonly state: ReportState;
  /** The outcome; `null` while it is awaited. */
  readonly delivered: boolean | null;
  /** When the user replied, or the time to reply ran out; the same in every request. `null` while awaited. */
  readonly occurredAt: number | null;
  /** The time of the next step: report the expiry, give a request up as lost, send again, or purge. */
  readonly due: number;
  /** When the ledger took this outcome, or began to track the message. */
  readonly since: number;
  /** Requests to Vonage begun for this outcome. The stored name and the public one is "attempts". */
  readonly attempts: number;
  /** The reason why the last request failed. */
  readonly reason: ConversionErrorCode | null;
  /**
   * `occurredAt` of a `true` that arrived while a `false` was under way. It is sent next. In memory, like `sending`.
   */
  readonly successor: number | null;
  /** A request of this `true` ended without a known answer: Vonage may have recorded it. */
  readonly uncertain?: true;
  /** The number of successive refusals of this message's report by Vonage, if more than one. */
  readonly refusals?: number;
}

/** Identifies a message: channel and id. The same id on two channels means two messages. */
export type MessageKey = Pick<Row, "channel" | "messageId">;

export const REPORT_STATES: readonly ReportState[] = ["tracking", "sending", "queued", "recorded", "dead"];

/** A state that the operator can list: that of a report, or a row that cannot be read. */
export type ListedState = ReportState | "unreadable";

export const LISTED_STATES: readonly ListedState[] = [...REPORT_STATES, "unreadable"];

/**
 * A row as SQLite holds it. Two members have no column, since 0.2.0 had none for them: `uncertain` is stored as a
 * `true` with a `successor`, which earlier versions never wrote, and `refusals` follows the reason, as in `rejected:2`.
 */
export interface StoredRow {
  readonly channel: string;
  readonly message_id: string;
  readonly traffic: string;
  readonly state: string;
  readonly delivered: number | null;
  readonly occurred_at: number | null;
  readonly due: number;
  readonly since: number;
  readonly attempts: number;
  readonly reason: string | null;
  readonly successor: number | null;
  /** JSON: see stored-facts.ts. */
  readonly facts: string | null;
}

/**
 * Reads a stored row.
 *
 * @returns `undefined` for a row that this version cannot read: it belongs in the quarantine.
 */
export function parseRow(stored: Readonly<Record<string, unknown>>): Row | undefined {
  const {
    channel,
    message_id,
    traffic,
    state,
    delivered,
    occurred_at,
    due,
    since,
    attempts,
    reason,
    successor,
    facts,
  } = stored;
  const readable =
    CHANNELS.includes(channel as Channel) &&
    TRAFFICS.includes(traffic as Traffic) &&
    REPORT_STATES.includes(state as ReportState) &&
    typeof message_id === "string" &&
    message_id !== "" &&
    (state === "tracking"
      ? delivered === null && occurred_at === null
      : (delivered === 0 || delivered === 1) && isInstant(occurred_at)) &&
    isInstant(due) &&
    isInstant(since) &&
    Number.isInteger(attempts) &&
    (reason === null || typeof reason === "string") &&
    (successor === null || isInstant(successor));
  if (!readable) return undefined;
  const uncertain = delivered === 1 && successor !== null;
  const [, refusals] = /^rejected:(\d{1,9})$/.exec(reason ?? "") ?? [];
  return {
    channel: channel as Channel,
    messageId: message_id,
    traffic: traffic as Traffic,
    state: state as ReportState,
    delivered: delivered === null ? null : delivered === 1,
    occurredAt: occurred_at as number | null,
    due,
    since,
    attempts: attempts as number,
    reason: refusals === undefined ? (reason as ConversionErrorCode | null) : "rejected",
    successor: uncertain ? null : successor,
    ...(uncertain && { uncertain }),
    ...(refusals !== undefined && { refusals: Number(refusals) }),
    ...parseExtras(facts),
  };
}

/** Writes a row as SQLite holds it, in the order of {@link StoredRow}. */
export function toStored(row: Row): (string | number | null)[] {
  return [
    row.channel,
    row.messageId,
    row.traffic,
    row.state,
    row.delivered === null ? null : Number(row.delivered),
    row.occurredAt,
    row.due,
    row.since,
    row.attempts,
    row.refusals === undefined ? row.reason : `${row.reason}:${row.refusals}`,
    row.uncertain ? row.occurredAt : row.successor,
    formatExtras(row),
  ];
}

/** ±8.64e15 ms is all that a Date can hold. */
const isInstant = (value: unknown): value is number =>
  Number.isInteger(value) && Math.abs(value as number) <= 8.64e15;
