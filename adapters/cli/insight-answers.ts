// Schemas of the Worker's answers about routes: as much as is printed. Other members are kept.

import * as v from "valibot";

const count = v.number();

const shareSchema = v.looseObject({
  count,
  of: count,
  share: v.nullable(v.number()),
  low: v.nullable(v.number()),
  high: v.nullable(v.number()),
});

const metricsSchema = v.looseObject({
  sent: count,
  settled: count,
  pending: count,
  conversion: shareSchema,
  refused: v.looseObject({ total: count }),
  receipts: v.looseObject({ delivered: count }),
  timeToConvert: v.looseObject({ p50: v.nullable(v.number()) }),
  cost: v.looseObject({ total: v.number(), priced: count }),
});

const segmentSchema = v.record(v.string(), v.string());

/** `GET /insight`. */
export const insightSchema = v.looseObject({
  from: v.string(),
  to: v.string(),
  by: v.array(v.string()),
  total: metricsSchema,
  groups: v.array(
    v.looseObject({
      segment: segmentSchema,
      metrics: metricsSchema,
      baseline: v.looseObject({ share: v.number() }),
      alarms: v.array(v.string()),
    }),
  ),
  folded: count,
});

/** `GET /insight/alarms`. */
export const alarmsSchema = v.looseObject({
  alarms: v.array(
    v.looseObject({
      id: v.string(),
      rule: v.string(),
      severity: v.string(),
      cause: v.string(),
      segment: segmentSchema,
      since: v.string(),
      endedAt: v.nullable(v.string()),
      summary: v.string(),
      nextStep: v.string(),
      paused: v.nullable(v.looseObject({ until: v.string() })),
    }),
  ),
});

export type ShareAnswer = v.InferOutput<typeof shareSchema>;
export type InsightAnswer = v.InferOutput<typeof insightSchema>;
export type AlarmAnswer = v.InferOutput<typeof alarmsSchema>["alarms"][number];
