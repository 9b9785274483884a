import type { Reporter, TestModule } from "vitest/node";

const MARKS: Readonly<Record<string, string>> = { passed: "yes", failed: "NO", skipped: "skipped" };

/** Prints a table of behaviours by browser. */
export class TableReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const browsers: string[] = [];
    const rows = new Map<string, Map<string, string>>();
    for (const test of modules.flatMap((module) => [...module.children.allTests()])) {
      const { browser } = test.meta();
      if (browser === undefined) continue;
      if (!browsers.includes(browser)) browsers.push(browser);
      const row = rows.get(test.name) ?? new Map();
      rows.set(test.name, row.set(browser, MARKS[test.result().state] ?? "?"));
    }
    if (rows.size === 0) return;
    const width = Math.max(...[...rows.keys()].map((name) => name.length));
    const line = (name: string, cells: readonly string[]) =>
      [name.padEnd(width), ...cells.map((cell, index) => cell.padEnd(browsers[index]?.length ?? 0))]
        .join("  ")
        .trimEnd();
    console.log(`\n${line("The client on a page", browsers)}`);
    for (const [name, cells] of rows) {
      console.log(
        line(
          name,
          browsers.map((browser) => cells.get(browser) ?? "-"),
        ),
      );
    }
    console.log("\n- : the browser's driver cannot do that");
  }
}
