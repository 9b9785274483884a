// Schemas of the Worker's answers. Unknown members are kept, so that a newer Worker can add some.

import * as v from "valibot";
import { PROBLEM_TYPE } from "../../src/wire/problem-type.ts";

const instant = v.nullable(v.string());
const count = v.number();

export const readableReportSchema = v.looseObject({
  channel: v.string(),
  messageId: v.string(),
  traffic: v.string(),
  state: v.string(),
  delivered: v.nullable(v.boolean()),
  /** Sent to Vonage as `timestamp`. */
  occurredAt: instant,
  /** Time of the next request, the expiry or the removal. */
  nextAt: instant,
  since: v.string(),
  attempts: count,
  /** Reason why the last request failed. */
  reason: v.nullable(v.string()),
  /** HTTP status of Vonage's last answer. */
  vonageStatus: v.optional(count),
  /** When a dead report was given up; absent in any other state, and from Workers of 0.2.0. */
  diedAt: v.optional(v.string()),
});

const unreadableReportSchema = v.looseObject({
  state: v.literal("unreadable"),
  channel: v.string(),
  messageId: v.string(),
  since: v.string(),
  /** The stored row. */
  raw: v.string(),
});

/** `GET /reports`. There is a cursor if and only if there are more reports. */
export const reportsSchema = v.looseObject({
  reports: v.array(v.union([unreadableReportSchema, readableReportSchema])),
  cursor: v.optional(v.string()),
});

/** `POST /erase`. */
export const erasedSchema = v.looseObject({
  challenges: count,
  answers: count,
  counters: count,
  unreadable: count,
});

/** `POST /reports/{channel}/{messageId}/retry`. */
export const retrySchema = v.looseObject({ status: v.literal("accepted") });

/** `GET /stats`. */
export const statsSchema = v.looseObject({
  shards: count,
  formerShards: v.optional(v.array(count)),
  reports: v.record(v.string(), count),
  counts: v.array(
    v.looseObject({
      traffic: v.string(),
      channel: v.string(),
      state: v.string(),
      reports: count,
      attempts: count,
    }),
  ),
  oldestWaiting: instant,
  /** The keys that a circuit breaker or a pacer restricts. Version 0.1.0 called both gates; the name stays. */
  gates: v.array(
    v.looseObject({
      shard: count,
      traffic: v.string(),
      cause: v.string(),
      since: v.string(),
      nextProbeAt: instant,
      perSecond: v.nullable(v.number()),
    }),
  ),
  /** Counts of events in the 2FA workflow. Absent if it is disabled. */
  twoFactor: v.optional(v.record(v.string(), count)),
});

/** A setting that needs attention, and the reason. */
const noteSchema = v.looseObject({ name: v.string(), detail: v.string() });

/** The workflow of `POST /doctor`. */
const workflowSchema = v.looseObject({
  sms: v.nullable(
    v.looseObject({
      from: v.nullable(v.string()),
      fromByCountry: v.record(v.string(), v.string()),
      shortCodeCountries: v.array(v.string()),
      fault: v.nullable(v.string()),
    }),
  ),
  voice: v.nullable(v.looseObject({ from: v.nullable(v.string()), fault: v.nullable(v.string()) })),
  countries: v.array(v.string()),
  numberTypes: v.record(v.string(), v.array(v.string())),
  defaultCountry: v.nullable(v.string()),
  limits: v.record(v.string(), v.looseObject({ messages: count, seconds: count })),
  webhooks: v.looseObject({
    trust: v.string(),
    seen: v.nullable(
      v.array(v.looseObject({ webhook: v.string(), outcome: v.string(), count, lastAt: v.string() })),
    ),
  }),
  notes: v.array(noteSchema),
});

/** `POST /doctor`. */
export const doctorSchema = v.looseObject({
  /** Absent if the workflow is disabled, and from older Workers. */
  twoFactor: v.optional(workflowSchema),
  /** Absent if there are none, and from older Workers. */
  notes: v.optional(v.array(noteSchema)),
  ledger: v.boolean(),
  keys: v.record(
    v.string(),
    v.looseObject({
      verdict: v.string(),
      reason: v.nullable(v.string()),
      status: v.optional(v.number()),
      via: v.optional(v.string()),
    }),
  ),
  /** The operator's own texts. Absent if there are none. */
  texts: v.optional(
    v.array(v.looseObject({ name: v.string(), encoding: v.string(), parts: count, outside: v.string() })),
  ),
});

/** `GET /health`. */
export const healthSchema = v.looseObject({
  status: v.literal("ok"),
  traffic: v.array(v.string()),
  callers: v.array(v.string()),
  ledger: v.optional(v.union([v.literal(false), v.looseObject({ shards: count })]), false),
});

/** A problem document (RFC 9457) from the Worker. */
export const problemSchema = v.looseObject({
  type: v.pipe(v.string(), v.startsWith(PROBLEM_TYPE)),
  title: v.string(),
  status: count,
  detail: v.optional(v.string()),
  errors: v.optional(v.array(v.looseObject({ parameter: v.string(), detail: v.string() })), []),
  missing: v.optional(v.array(v.string()), []),
  invalid: v.optional(v.array(noteSchema), []),
  notes: v.optional(v.array(noteSchema)),
});

export type ReportsPage = v.InferOutput<typeof reportsSchema>;
export type Report = ReportsPage["reports"][number];
export type ReadableReport = v.InferOutput<typeof readableReportSchema>;
export type UnreadableReport = v.InferOutput<typeof unreadableReportSchema>;
export type Stats = v.InferOutput<typeof statsSchema>;
export type KeyRestriction = Stats["gates"][number];
export type DoctorAnswer = v.InferOutput<typeof doctorSchema>;
export type WorkflowDiagnosis = v.InferOutput<typeof workflowSchema>;
export type Health = v.InferOutput<typeof healthSchema>;
export type Problem = v.InferOutput<typeof problemSchema>;
