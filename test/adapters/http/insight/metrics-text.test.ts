// GET /metrics as text; test/e2e/monitoring has it judged by Prometheus.

import { describe, expect, it } from "vitest";
import { formatMetrics } from "../../../../adapters/http/insight/metrics-text.ts";
import type { MetricsSnapshot } from "../../../../adapters/http/ports/insight.ts";
import type { Alarm } from "../../../../src/insight/answer.ts";
import { toSegment } from "../../../../src/insight/segment.ts";

const NOW = 1_764_000_000_000;
const EMPTY: MetricsSnapshot = {
  segments: [],
  countries: [],
  alarms: [],
  reports: { waiting: 0, dead: 0, oldestWaiting: null },
};
const OPEN = "application/openmetrics-text";

it("of nothing says that nothing waits, and ends as OpenMetrics demand", () => {
  expect(
    formatMetrics(EMPTY, OPEN, NOW)
      .split("\n")
      .filter((line) => !line.startsWith("# HELP")),
  ).toEqual([
    "# TYPE vonage_conversion_reports gauge",
    'vonage_conversion_reports{state="waiting"} 0',
    'vonage_conversion_reports{state="dead"} 0',
    "# TYPE vonage_conversion_oldest_waiting_report_seconds gauge",
    "# UNIT vonage_conversion_oldest_waiting_report_seconds seconds",
    "vonage_conversion_oldest_waiting_report_seconds 0",
    "# EOF",
    "",
  ]);
});

it("names counters in the older format by their full name, without unit and end", () => {
  const segments = [
    {
      segment: toSegment("2fa", "sms", "GB", "23410"),
      added: { sent: 3, "refused.9": 1, "refused.4": 1 },
      takenBack: {},
    },
  ];
  const text = formatMetrics({ ...EMPTY, segments }, "text/plain", NOW);
  expect(text).toContain("# TYPE vonage_conversion_messages_total counter\n");
  expect(text).toContain(
    'vonage_conversion_messages_total{traffic="2fa",channel="sms",country="GB",network="23410",outcome="refused"} 2\n',
  );
  expect(text).not.toMatch(/# EOF|# UNIT/);
});

it("gives 200 segments their own labels, those with most messages, and adds up the others", () => {
  const segments = Array.from({ length: 250 }, (_, index) => ({
    segment: toSegment("2fa", index % 2 === 0 ? "sms" : "voice", "GB", String(10_000 + index)),
    added: { sent: 1000 - index, converted: 1 },
    takenBack: { converted: 1 },
  }));
  const text = formatMetrics({ ...EMPTY, segments }, OPEN, NOW);
  const sent = text
    .split("\n")
    .filter((line) => line.startsWith("vonage_conversion_messages_total{") && line.includes('"sent"'));
  expect(sent).toHaveLength(202);
  const others = sent.filter((line) => line.includes('country="other",network="other"'));
  const sum = others.reduce((total, line) => total + Number(line.split(" ").at(-1)), 0);
  expect(sum).toBe(segments.slice(200).reduce((total, { added }) => total + added.sent, 0));
  expect(text).toContain(
    'vonage_conversion_messages_taken_back_total{traffic="2fa",channel="sms",country="other"',
  );
});

it("adds buckets up, and gives the age of the oldest waiting report, never below nothing", () => {
  const countries = [
    { traffic: "2fa", channel: "sms", country: "GB", counts: { "ttc.0": 2, "ttc.18": 1 } },
  ] as const;
  const reports = { waiting: 1, dead: 0, oldestWaiting: NOW + 5000 };
  const text = formatMetrics({ ...EMPTY, countries, reports }, OPEN, NOW);
  const name = 'vonage_conversion_time_to_convert_seconds_bucket{traffic="2fa",channel="sms",country="GB"';
  expect(text).toContain(`${name},le="2.0"} 2\n`);
  expect(text).toContain(`${name},le="600.0"} 2\n`);
  expect(text).toContain(`${name},le="+Inf"} 3\n`);
  expect(text).toContain("vonage_conversion_oldest_waiting_report_seconds 0\n");
});

describe("a label", () => {
  it("cannot break out of its quotes", () => {
    const alarm = {
      id: 'a"}\n\\b',
      rule: "spend",
      cause: "spending",
      severity: "warning",
      segment: {},
    } as Alarm;
    const text = formatMetrics({ ...EMPTY, alarms: [alarm] }, OPEN, NOW);
    expect(text).toContain('network="",alarm="a\\"}\\n\\\\b"} 1\n');
  });
});
