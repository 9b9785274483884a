import { describe, expect, it } from "vitest";
import { createConversionHandler, type LogEntry } from "../../../adapters/http/index.ts";
import { problem } from "../../../adapters/http/problem.ts";
import { PROBLEMS, type ProblemName } from "../../../adapters/http/problems.ts";

const NAMES = Object.keys(PROBLEMS) as ProblemName[];
const documentOf = (answer: { readonly body: string | null }) => JSON.parse(answer.body ?? "");

describe("every problem document", () => {
  it.each(NAMES)("has a detail that says more than its title: %s", (name) => {
    const { title, detail } = documentOf(problem(name));
    expect(detail).toMatch(/^[^a-z].{10,}\.$/);
    expect(detail).not.toContain(title);
  });

  it("says in its detail what is wrong with the parameters, of many the first few", () => {
    const errors = Array.from({ length: 7 }, (_, at) => ({ parameter: `p${at}`, detail: "is not known" }));
    expect(documentOf(problem("invalid-parameters", { errors: errors.slice(0, 2) })).detail).toBe(
      "p0 is not known; p1 is not known.",
    );
    const long = documentOf(problem("invalid-parameters", { errors }));
    expect(long.detail).toMatch(/p4 is not known; and 2 more\.$/);
    expect(long.errors).toHaveLength(7);
  });

  it("has a detail of its own where there is one", () => {
    expect(documentOf(problem("not-found", { detail: "No such report." })).detail).toBe("No such report.");
  });

  it("has a detail on every route, for every fault of a request", async () => {
    const handle = createConversionHandler({
      credentials: { "2fa": { apiKey: "k", apiSecret: "s" } },
      proxyKeys: [{ name: "shop", key: "k".repeat(32) }],
      log: (_: LogEntry) => {},
    });
    const authorization = `Bearer ${"k".repeat(32)}`;
    for (const [path, init] of [
      ["/", {}],
      ["/nowhere", { method: "POST" }],
      ["/health", { method: "DELETE" }],
      ["/messages", { method: "POST" }],
      ["/2fa", { method: "POST" }],
      ["/conversions/sms", {}],
      ["/conversions/sms", { method: "POST" }],
      ["/conversions/sms", { method: "POST", headers: { authorization } }],
      ["/conversions/sms", { method: "POST", headers: { authorization }, body: "x".repeat(9000) }],
      ["/conversions/sms", { method: "POST", headers: { authorization }, body: "text" }],
      ["/webhooks/inbound-sms", { method: "POST" }],
    ] as const) {
      const response = await handle(new Request(`https://worker.example${path}`, init));
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.headers.get("content-type")).toBe("application/problem+json");
      const { title, detail } = (await response.json()) as { title: string; detail?: string };
      expect(title).not.toBe("");
      expect(detail).toMatch(/^.{10,}/);
    }
  });
});
