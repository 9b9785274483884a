// docs/runbook.md against the code's own list of signs: each alarm, each line of level `error`, each red finding.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, expectTypeOf, it } from "vitest";
import { parse } from "yaml";
import { readCommandLine } from "../../adapters/cli/command-line.ts";
import { COMMANDS } from "../../adapters/cli/commands.ts";
import { createUnreadableLog, writeEvent } from "../../adapters/cloudflare/event-log.ts";
import { STORAGE_PROBLEMS } from "../../adapters/http/ports/storage-unavailable.ts";
import { NOT_SENT } from "../../adapters/http/two-factor/send-begun.ts";
import type { RuleName } from "../../src/insight/answer.ts";
import {
  ALARM_SIGNS,
  ERROR_EVENTS,
  ERROR_OUTCOMES,
  FAILURES,
  FINDING_SIGNS,
  toAlarmRunbook,
  toRunbook,
} from "../../src/operator/signs.ts";
import { PROBLEM_OF } from "../../src/two-factor/refusal.ts";
import { adviseOperator } from "../../src/two-factor/senders/send-advice.ts";
import type { SendErrorCode } from "../../src/two-factor/senders/send-error.ts";
import { captureConsole } from "../support/capture-console.ts";

const PAGE = readFileSync("docs/runbook.md", "utf8");
/** The text of each entry, by its heading. */
const ENTRIES = new Map(
  [...PAGE.matchAll(/^### (\S+)\n(.*?)(?=^##)/gms)].map(([, name = "", text = ""]) => [name, text]),
);

function* sourcesIn(folder: string): Generator<readonly [path: string, text: string]> {
  for (const one of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = `${one.parentPath}/${one.name}`;
    if (/\.tsx?$/.test(path)) yield [path, readFileSync(path, "utf8")];
  }
}
const SOURCES = [...sourcesIn("adapters"), ...sourcesIn("src")];

describe("the runbook", () => {
  it("has an entry for each alarm, event, outcome and finding that needs the operator, and no other", () => {
    const signs = [
      ...ALARM_SIGNS,
      // An alarm's line names the entry of its rule.
      ...ERROR_EVENTS.filter((event) => event !== "alarm"),
      ...ERROR_OUTCOMES,
      ...FINDING_SIGNS,
    ];
    expect([...ENTRIES.keys()].sort()).toEqual([...signs].sort());
  });

  it.each([...ENTRIES])("%s says what it means, what to run, and when it is over", (_, text) => {
    expect(text).toMatch(/^\n\*\*Means\.\*\* [A-Z`]/);
    expect(text).toMatch(/\n```sh\n\S.*\n/);
    expect(text).toMatch(/\n\*\*Over when\*\* .*[.)]\n/);
  });

  it("gives commands that the command line accepts", () => {
    const blocks = [...PAGE.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = ""]) => block.split("\n"));
    const lines = blocks.flatMap((line) => /^npx vonage-conversion (.*)$/.exec(line)?.[1] ?? []);
    expect(lines.length).toBeGreaterThan(60);
    for (const line of lines) {
      const argv = line.replace(/\s+#.*| \|.*/, "").split(" ");
      expect(["command", "version"], line).toContain(readCommandLine(argv, COMMANDS).kind);
    }
  });

  it("explains each kind of work that can fail, in the words of the log", () => {
    const text = ENTRIES.get("failed") ?? "";
    expect(FAILURES.filter((what) => !text.includes(what))).toEqual([]);
    const code = SOURCES.filter(([path]) => path.startsWith("adapters/cloudflare/"))
      .map(([, source]) => source)
      .join("\n");
    const isWritten = (what: string) =>
      code.includes(`"${what}"`) ||
      code.includes(`\`${what.replace(/challenges|figures|limits/, "$${object}")}\``);
    expect(FAILURES.filter((what) => !isWritten(what))).toEqual([]);
  });

  it("has a line for each alert of the rules for Prometheus, whose annotation names an entry", () => {
    const { groups } = parse(readFileSync("docs/monitoring/prometheus-rules.yml", "utf8"));
    const alerts: { alert: string; annotations: { runbook: string } }[] = groups
      .flatMap(({ rules }: { rules: object[] }) => rules)
      .filter((rule: object) => "alert" in rule);
    const listed = [...PAGE.matchAll(/^\| `(Vonage\w+)` \|/gm)].map(([, name]) => name);
    expect(listed).toEqual(alerts.map(({ alert }) => alert));
    for (const { annotations } of alerts) {
      const [page, sign = ""] = annotations.runbook.split("#");
      expect(page).toBe("docs/runbook.md");
      expect(sign === "alarm-{{ $labels.rule }}" || ENTRIES.has(sign)).toBe(true);
    }
  });

  it("is found by the entry that a sign names", () => {
    expect(toRunbook("dead")).toBe("docs/runbook.md#dead");
    expect(toAlarmRunbook("spend")).toBe("docs/runbook.md#alarm-spend");
  });
});

describe("the list of signs", () => {
  const isListed = (name: string) => ERROR_OUTCOMES.some((one) => one === name);

  it("has every rule of Insight", () => {
    expectTypeOf<`alarm-${RuleName}`>().toEqualTypeOf<(typeof ALARM_SIGNS)[number]>();
    const document = parse(readFileSync("docs/openapi.yaml", "utf8"));
    const rules: string[] = document.components.schemas.Alarm.properties.rule.enum;
    expect(rules.map((rule) => `alarm-${rule}`)).toEqual([...ALARM_SIGNS]);
  });

  it("has every outcome for which a sender's error calls the operator", () => {
    const codes = Object.keys(NOT_SENT) as SendErrorCode[];
    const outcomes = codes.flatMap((code) =>
      [undefined, 1, 3, 4, 22].flatMap((status) =>
        adviseOperator(code, status)?.level === "error" ? PROBLEM_OF[NOT_SENT[code]] : [],
      ),
    );
    expect(outcomes.length).toBeGreaterThan(4);
    expect(outcomes.filter((outcome) => !isListed(outcome))).toEqual([]);
  });

  it("has every outcome whose problem is made with level error", () => {
    const literal = SOURCES.flatMap(([, source]) =>
      [...source.matchAll(/problem\("([a-z-]+)"[^;]*?level: "error"/g)].map(([, name = ""]) => name),
    );
    const stored = Object.values(STORAGE_PROBLEMS).map(({ problem }) => problem);
    expect(literal).toContain("internal");
    expect([...literal, ...stored].filter((name) => !isListed(name))).toEqual([]);
  });

  it("is written by the files that are known to write level error, so that a new one is looked at", () => {
    const writes = /(?<!readonly )\blevel(:| = )[^;,\n]*"error"/;
    const writers = SOURCES.filter(([, source]) => writes.test(source)).map(([path]) => path);
    expect(writers.sort()).toEqual([
      "adapters/cli/serve/wake-up.ts",
      "adapters/cloudflare/event-log.ts",
      "adapters/cloudflare/insight/insight-log.ts",
      "adapters/cloudflare/insight/keeper.ts",
      "adapters/cloudflare/insight/run-rules.ts",
      "adapters/cloudflare/ledger/key-states.ts",
      "adapters/cloudflare/ledger/shard-layout.ts",
      "adapters/cloudflare/ledger/transitions.ts",
      "adapters/http/app.ts",
      "adapters/http/incomplete.ts",
      "adapters/http/refusal-problem.ts",
      "adapters/http/two-factor/send-guard.ts",
      "adapters/http/two-factor/sms-webhooks.ts",
      "src/two-factor/senders/send-advice.ts",
    ]);
  });
});

describe("an event in the log", () => {
  it("of level error names its entry, and one of level info does not", () => {
    const { lines, levels } = captureConsole(() => {
      createUnreadableLog((entry) => writeEvent(entry, "shard-1"))();
      writeEvent({ level: "info", event: "drained" });
    });
    expect(levels).toEqual(["error", "log"]);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        level: "error",
        event: "unreadable",
        hint: expect.stringContaining("reports unreadable"),
        runbook: "docs/runbook.md#unreadable",
        shard: "shard-1",
      },
      { level: "info", event: "drained" },
    ]);
  });
});
