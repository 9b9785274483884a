// GET /metrics and the files of docs/monitoring, judged by Prometheus itself.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ADMIN_KEY } from "../../support/local-stack.ts";
import { GB, type InsightStack, startInsightStack } from "../contract/insight-stack.ts";
import { type Prometheus, startPrometheus } from "./prometheus.ts";

interface DataSource {
  readonly type: string;
  readonly uid: string;
}

interface Panel {
  readonly type: string;
  readonly datasource: DataSource;
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly {
    readonly expr: string;
    readonly refId: string;
    readonly datasource: DataSource;
  }[];
}

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly query: string;
  readonly datasource?: DataSource;
}

const RULES = "docs/monitoring/prometheus-rules.yml";
const dashboard = JSON.parse(readFileSync("docs/monitoring/grafana-dashboard.json", "utf8")) as {
  readonly title: string;
  readonly uid: string;
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly Variable[] };
  readonly panels: readonly Panel[];
};

const promtool = (args: readonly string[], input = "") =>
  execFileSync("promtool", args, { input, encoding: "utf8", stdio: "pipe" });

let stack: InsightStack;
let prometheus: Prometheus;
beforeAll(async () => {
  stack = await startInsightStack();
  await stack.count(GB, {
    sent: 30,
    converted: 20,
    notConverted: 10,
    "receipt.delivered.converted": 20,
    "receipt.none.notConverted": 10,
    "ttc.3": 20,
    "lag.2": 29,
    "lag.15": 1,
    priced: 30,
    price: 99_900_000,
    "refused.9": 2,
  });
  // A late reply proves delivery after all.
  await stack.count(GB, { converted: 1, notConverted: -1, "ttc.17": 1 });
  const health = { waiting: 4, oldestWaiting: Date.now() - 60_000, dead: 2 };
  await stack.gather({ source: "ledger-1", upTo: 0, entries: [], health });
  prometheus = await startPrometheus(stack.worker.url, ADMIN_KEY.key);
});
afterAll(async () => {
  await prometheus?.stop();
  await stack?.stop();
});

describe("GET /metrics", () => {
  it("has no fault that promtool finds", async () => {
    const response = await stack.get("/metrics", { accept: "text/plain" });
    const text = await response.text();
    expect(text).toContain("vonage_conversion_messages_total{");
    expect(promtool(["check", "metrics"], text)).toBe("");
  });

  it("is scraped as OpenMetrics, and means what was counted", async () => {
    const valuesOf = async (query: string) => {
      const { data } = await prometheus.api("query", { query });
      const { result } = data as { readonly result: { readonly value: readonly [number, string] }[] };
      return result.map(({ value }) => Number(value[1]));
    };
    const converted = 'vonage_conversion_messages_total{country="GB",network="23410",outcome="converted"}';
    await vi.waitUntil(async () => (await valuesOf(converted)).length > 0, {
      timeout: 20_000,
      interval: 200,
    });
    expect(await valuesOf(converted)).toEqual([21]);
    expect(await valuesOf('vonage_conversion_messages_taken_back_total{outcome="not_converted"}')).toEqual([
      1,
    ]);
    expect(await valuesOf('sum(vonage_conversion_messages_total{outcome="refused"})')).toEqual([2]);
    expect(await valuesOf("vonage_conversion_cost_euros_total")).toEqual([0.999]);
    expect(await valuesOf('vonage_conversion_report_lag_seconds_bucket{le="900.0"}')).toEqual([29]);
    expect(await valuesOf('vonage_conversion_report_lag_seconds_bucket{le="+Inf"}')).toEqual([30]);
    expect(await valuesOf('vonage_conversion_reports{state="waiting"}')).toEqual([4]);
    const [waited = 0] = await valuesOf("vonage_conversion_oldest_waiting_report_seconds");
    expect(waited).toBeGreaterThanOrEqual(60);
    const { data } = await prometheus.api("targets");
    const { activeTargets } = data as { readonly activeTargets: readonly { readonly health: string }[] };
    expect(activeTargets.map(({ health }) => health)).toEqual(["up"]);
  });
});

describe("the rules", () => {
  it("have no fault that promtool finds, and give the known answers", () => {
    expect(promtool(["check", "rules", RULES])).toMatch(/SUCCESS: 9 rules found/);
    expect(promtool(["test", "rules", "test/e2e/monitoring/prometheus-rules.test.yml"])).toMatch(/SUCCESS/);
  });

  it("are loaded and evaluated by Prometheus", async () => {
    await vi.waitUntil(
      async () => {
        const { data } = await prometheus.api("rules");
        const { groups } = data as {
          readonly groups: readonly { readonly rules: readonly { readonly health: string }[] }[];
        };
        const health = groups.flatMap(({ rules }) => rules.map((rule) => rule.health));
        return health.length === 9 && health.every((one) => one === "ok");
      },
      { timeout: 20_000, interval: 200 },
    );
  });
});

describe("the dashboard", () => {
  const queries = dashboard.panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => [title, expr] as const),
  );

  it.each(queries)("asks Prometheus what it understands: %s", async (_, expr) => {
    const query = fill(expr);
    expect(query).not.toContain("$");
    expect(await prometheus.api("query", { query })).toMatchObject({ status: "success" });
  });

  it("asks for metrics and rules that there are", async () => {
    const text = await (await stack.get("/metrics", { accept: "text/plain" })).text();
    const rules = readFileSync(RULES, "utf8");
    const names = new Set(queries.flatMap(([, expr]) => expr.match(/vonage_conversion[\w:]*/g) ?? []));
    // There is no alarm now, and so no sample of it.
    names.delete("vonage_conversion_alarms");
    expect(names.size).toBeGreaterThan(8);
    expect([...names].filter((name) => !text.includes(name) && !rules.includes(`record: ${name}`))).toEqual(
      [],
    );
  });

  it("takes everything from the one data source that its reader chooses, by variables that it declares", () => {
    const { title, uid, schemaVersion, templating, panels } = dashboard;
    expect([title, uid, schemaVersion]).toEqual([
      expect.stringMatching(/./),
      expect.stringMatching(/^[\w-]{1,40}$/),
      expect.any(Number),
    ]);
    const [chosen, ...variables] = templating.list;
    expect(chosen).toMatchObject({ name: "datasource", type: "datasource", query: "prometheus" });
    const datasource = { type: "prometheus", uid: `\${${chosen?.name}}` };
    for (const variable of variables) {
      expect(variable).toMatchObject({ type: "query", datasource });
      expect(variable.query).toMatch(/^label_values\(vonage_conversion_\w+, \w+\)$/);
    }
    const declared = variables.map(({ name }) => name);
    for (const panel of panels) {
      expect(panel).toMatchObject({ datasource, title: expect.stringMatching(/./) });
      expect(["stat", "table", "timeseries", "bargauge"]).toContain(panel.type);
      expect(panel.targets.length).toBeGreaterThan(0);
      expect(new Set(panel.targets.map(({ refId }) => refId)).size).toBe(panel.targets.length);
      for (const target of panel.targets) {
        expect(target).toMatchObject({ datasource });
        const used = [...target.expr.matchAll(/\$(\w+)/g)].map(([, name]) => name);
        expect([...declared, "__rate_interval"]).toEqual(expect.arrayContaining(used));
      }
    }
  });

  it("has queries that promtool parses", () => {
    const rules = queries.map(([, expr], index) => ({ record: `panel:query:${index}`, expr: fill(expr) }));
    const folder = mkdtempSync(join(tmpdir(), "dashboard-"));
    const file = join(folder, "rules.yml");
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
    try {
      expect(promtool(["check", "rules", file])).toContain(`SUCCESS: ${queries.length} rules found`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("has panels that explain themselves and do not overlap", () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(panels.filter(({ description }) => description.length < 5)).toEqual([]);
    const overlaps = panels.flatMap(({ title, gridPos: a }, index) =>
      panels
        .slice(index + 1)
        .filter(({ gridPos: b }) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h)
        .map((other) => `${title} and ${other.title}`),
    );
    expect(overlaps).toEqual([]);
  });
});

/** Gives a query the values that Grafana would. */
const fill = (expr: string) => expr.replaceAll("$__rate_interval", "5m").replace(/"\$\w+"/g, '".*"');
