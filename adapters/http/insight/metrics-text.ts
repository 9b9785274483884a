// `GET /metrics`: the figures as OpenMetrics, or as the older text format of Prometheus.

import type { Counts } from "../../../src/insight/counts.ts";
import {
  type Bounds,
  REPORT_LAG_BOUNDS,
  readBuckets,
  TIME_TO_CONVERT_BOUNDS,
} from "../../../src/insight/histogram.ts";
import { otherSegment, type Segment, toSegmentKey } from "../../../src/insight/segment.ts";
import type { MetricsSnapshot } from "../ports/insight.ts";
import { type Family, formatFamilies, type MetricsFormat, type Sample } from "./exposition.ts";

export const METRICS_TYPES: Readonly<Record<MetricsFormat, string>> = {
  "application/openmetrics-text": "application/openmetrics-text; version=1.0.0; charset=utf-8",
  "text/plain": "text/plain; version=0.0.4; charset=utf-8",
};

/** More would cost Prometheus more than they tell. */
const MOST_SEGMENTS = 200;
const PRICE_UNIT = 1e-8;

/** @param now Epoch milliseconds. */
export function formatMetrics(
  { segments, countries, alarms, reports }: MetricsSnapshot,
  format: MetricsFormat,
  now: number,
): string {
  const shown = foldSegments(segments);
  const families: readonly Family[] = [
    {
      name: "vonage_conversion_messages",
      type: "counter",
      help: "Messages by outcome. sent counts all that Vonage took; the outcomes are counted when they are known.",
      samples: shown.flatMap(({ segment, added }) => toMessages(segment, added)),
    },
    {
      name: "vonage_conversion_messages_taken_back",
      type: "counter",
      help: "Messages that turned out otherwise or got another network after they were counted. Subtract them.",
      samples: shown.flatMap(({ segment, takenBack }) => toMessages(segment, takenBack)),
    },
    {
      name: "vonage_conversion_receipts",
      type: "counter",
      help: "Delivery receipts of messages whose outcome is known, by status and outcome. none: there is no receipt.",
      samples: shown.flatMap(({ segment, added }) => toReceipts(segment, added)),
    },
    {
      name: "vonage_conversion_receipts_taken_back",
      type: "counter",
      help: "Receipts that changed after they were counted. Subtract them.",
      samples: shown.flatMap(({ segment, takenBack }) => toReceipts(segment, takenBack)),
    },
    {
      name: "vonage_conversion_time_to_convert_seconds",
      type: "histogram",
      unit: "seconds",
      help: "Time from the sending of a message to the proof of its user.",
      samples: countries.flatMap((one) => toHistogram(one, "ttc.", TIME_TO_CONVERT_BOUNDS)),
    },
    {
      name: "vonage_conversion_report_lag_seconds",
      type: "histogram",
      unit: "seconds",
      help: "Time from a proof or its absence to Vonage's confirmation of the report.",
      samples: countries.flatMap((one) => toHistogram(one, "lag.", REPORT_LAG_BOUNDS)),
    },
    {
      name: "vonage_conversion_cost_euros",
      type: "counter",
      unit: "euros",
      help: "Sum of the known prices of messages.",
      samples: countries.map(({ counts, ...place }) => ({
        labels: place,
        value: round((counts.price ?? 0) * PRICE_UNIT),
      })),
    },
    {
      name: "vonage_conversion_reports",
      type: "gauge",
      help: "Reports that wait for Vonage, and reports that were given up.",
      samples: (["waiting", "dead"] as const).map((state) => ({ labels: { state }, value: reports[state] })),
    },
    {
      name: "vonage_conversion_oldest_waiting_report_seconds",
      type: "gauge",
      unit: "seconds",
      help: "How long the oldest waiting report has waited. 0: nothing waits.",
      samples: [
        {
          labels: {},
          value: reports.oldestWaiting === null ? 0 : Math.max(now - reports.oldestWaiting, 0) / 1000,
        },
      ],
    },
    {
      name: "vonage_conversion_alarms",
      type: "gauge",
      help: "Open alarms by rule, cause and segment.",
      samples: alarms.map(({ rule, cause, severity, segment, id }) => ({
        labels: {
          rule,
          cause,
          severity,
          traffic: segment.traffic ?? "",
          channel: segment.channel ?? "",
          country: segment.country ?? "",
          network: segment.network ?? "",
          alarm: id,
        },
        value: 1,
      })),
    },
  ];
  return formatFamilies(families, format);
}

type ShownSegment = Omit<MetricsSnapshot["segments"][number], "segment"> & {
  readonly segment: Record<keyof Segment, string>;
};

/** Keeps the segments with most messages under their own names. */
function foldSegments(segments: MetricsSnapshot["segments"]): ShownSegment[] {
  const ranked = [...segments].sort((one, other) => (other.added.sent ?? 0) - (one.added.sent ?? 0));
  const shown = ranked
    .slice(0, MOST_SEGMENTS)
    .map((one): ShownSegment => ({ ...one, segment: { ...one.segment } }));
  const others = new Map<string, ShownSegment>();
  for (const { segment, added, takenBack } of ranked.slice(MOST_SEGMENTS)) {
    const { traffic, channel } = otherSegment(segment);
    const key = toSegmentKey(otherSegment(segment));
    const known = others.get(key);
    others.set(key, {
      segment: { traffic, channel, country: "other", network: "other" },
      added: sum(known?.added, added),
      takenBack: sum(known?.takenBack, takenBack),
    });
  }
  return [...shown, ...others.values()];
}

function sum(one: Counts = {}, other: Counts): Counts {
  const sums: Record<string, number> = { ...one };
  for (const [name, count] of Object.entries(other)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}

const OUTCOMES: Readonly<Record<string, string>> = {
  sent: "sent",
  converted: "converted",
  notConverted: "not_converted",
  superseded: "superseded",
  cancelled: "cancelled",
  uncertain: "uncertain",
  refused: "refused",
};

function toMessages(segment: Readonly<Record<string, string>>, counts: Counts): Sample[] {
  const byOutcome = new Map<string, number>();
  for (const [name, count] of Object.entries(counts)) {
    const outcome = OUTCOMES[name.startsWith("refused.") ? "refused" : name];
    if (outcome !== undefined) byOutcome.set(outcome, (byOutcome.get(outcome) ?? 0) + count);
  }
  return [...byOutcome].map(([outcome, value]) => ({ labels: { ...segment, outcome }, value }));
}

function toReceipts(segment: Readonly<Record<string, string>>, counts: Counts): Sample[] {
  return Object.entries(counts).flatMap(([name, value]) => {
    const [, status, outcome] = /^receipt\.(\w+)\.(\w+)$/.exec(name) ?? [];
    if (status === undefined || outcome === undefined) return [];
    return [{ labels: { ...segment, status, outcome: OUTCOMES[outcome] ?? "other" }, value }];
  });
}

/** Without a sum: only the buckets are kept. */
function toHistogram(
  { counts, ...place }: MetricsSnapshot["countries"][number],
  prefix: string,
  bounds: Bounds,
): Sample[] {
  const buckets = readBuckets(counts, prefix, bounds);
  let below = 0;
  const samples = buckets.map((count, index): Sample => {
    below += count;
    const bound = bounds[index];
    return {
      suffix: "_bucket",
      labels: { ...place, le: bound === undefined ? "+Inf" : toBound(bound) },
      value: below,
    };
  });
  return below === 0 ? [] : samples;
}

/** OpenMetrics writes bounds as floating-point numbers: `2.0`. */
const toBound = (bound: number): string => (Number.isInteger(bound) ? `${bound}.0` : String(bound));

const round = (euros: number) => Math.round(euros * 1e8) / 1e8;
