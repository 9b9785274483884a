// The help of each command, suggestions after typing errors, and the forms of output on a terminal.

import { stripVTControlCharacters } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { readCommandLine } from "../../../adapters/cli/command-line.ts";
import { COMMANDS } from "../../../adapters/cli/commands.ts";
import { formatTable } from "../../../adapters/cli/table.ts";
import { deadReport, HEALTH, type Route, STATS } from "../../support/operator-server.ts";
import { cli, serve, spawnCli } from "../../support/run-cli.ts";

const give =
  (body: unknown): Route =>
  () => [200, body];
const ESCAPE = "\u001b";

describe("the list of commands", () => {
  it.each([["--help"], ["-h"], ["help"], ["help help"]])(
    "is the answer to %s, with every command and its purpose",
    async (word) => {
      const { code, out, err } = await cli(word.split(" "));
      expect([code, err]).toEqual([0, ""]);
      for (const { name, summary } of COMMANDS) {
        expect(out).toContain(`\n  ${name} `);
        expect(out.replace(/\s+/g, " ")).toContain(summary);
      }
      expect(out).toMatch(/Exit codes:\n {2}0 {2}success\n {2}1 .*\n {2}2 {2}wrong usage/);
    },
  );

  it("asks for a command before options", async () => {
    const { code, err } = await cli(["--json"]);
    expect(code).toBe(2);
    expect(err).toMatch(/^There is no command\. Options follow one: vonage-conversion <command> --json\./);
  });
});

describe.each(COMMANDS.map((command) => [command.name, command] as const))("%s", (name, command) => {
  const words = name.split(" ");

  it("explains itself with --help and with help, in the same words, without settings", async () => {
    const { code, out, err } = await cli([...words, "--help"], { key: undefined });
    expect([code, err]).toEqual([0, ""]);
    expect(out.startsWith(`Usage: vonage-conversion ${name} `)).toBe(true);
    expect(out).toMatch(
      /\n\nOptions:\n[\s\S]*\n\nExamples:\n[\s\S]*\n\nExit codes:\n {2}0 .*\n(?: {2}.*\n)* {2}2 {2}wrong/,
    );
    expect((await cli(["help", ...words])).out).toBe(out);
    for (const option of Object.keys(command.options)) expect(out).toContain(`--${option}`);
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(130);
  });

  it("has examples that it accepts itself", () => {
    expect(command.examples.length).toBeGreaterThan(0);
    for (const { text, line } of command.examples) {
      expect(text).toMatch(/^[A-Z][^.]*$/);
      const [own = ""] = line.split(/ [|>]|\|\|/);
      const argv = own.trim().match(/'[^']*'|\S+/g) ?? [];
      expect(readCommandLine(argv, COMMANDS)).toMatchObject({ kind: "command", command: { name } });
    }
  });

  it("gives each option one type in all commands, because the words are found before the command is known", () => {
    for (const [option, { type, help }] of Object.entries(command.options)) {
      const types = COMMANDS.flatMap(({ options }) => options[option]?.type ?? []);
      expect(new Set(types)).toEqual(new Set([type]));
      expect(help).toMatch(/^[a-z\dG].*[^.]$/);
    }
  });
});

describe("a typing error", () => {
  it.each([
    ["report", /^Unknown command "report"\. Did you mean reports\?/],
    ["doctro", /^Unknown command "doctro"\. Did you mean doctor\?/],
    ["rep", /^Unknown command "rep"\. Did you mean reports\?/],
    ["help retyr", /^Unknown command "retyr"\. Did you mean retry\?/],
    ["xyzzy", /^Unknown command "xyzzy"\. The commands are/],
    ["insight bactest", /^insight accepts only .* Did you mean backtest\?/],
    ["reports --sate dead", /^reports does not accept --sate\. Did you mean --state\?\n/],
    ["stats --jsno", /^stats does not accept --jsno\. Did you mean --json\?\n/],
    ["stats --hlep", /^stats does not accept --hlep\. Did you mean --help\?\n/],
    ["stats -j", /^stats does not accept -j\.\n/],
    ["reports --state qeued", /^--state must be one of .*\. Did you mean queued\?/],
  ])("%j gets the nearest name as a suggestion", async (line, message) => {
    const { code, out, err } = await cli(line.split(" "), { endpoint: "https://worker.example" });
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(message);
  });

  it("names the help of the command, and of the program before there is one", async () => {
    expect((await cli(["retry"])).err).toMatch(
      /\nRun vonage-conversion help retry for its options and examples\.\n$/,
    );
    expect((await cli(["retyr"])).err).toMatch(/\nRun vonage-conversion --help for usage\.\n$/);
  });

  it("of a thousand letters is answered without a search", async () => {
    const { code, err } = await cli(["x".repeat(100_000)]);
    expect(code).toBe(2);
    expect(err).not.toContain("Did you mean");
  });
});

describe("colours", () => {
  const doctor = async (options: object) => {
    const server = await serve({ "GET /health": give(HEALTH), "GET /stats": give(STATS) });
    return cli(["doctor"], { endpoint: server.endpoint, key: undefined, ...options });
  };

  it.each<[where: string, options: object, isColoured: boolean]>([
    ["a pipe", {}, false],
    ["a terminal", { columns: 100 }, true],
    ["a terminal with NO_COLOR", { columns: 100, env: { NO_COLOR: "1" } }, false],
    ["a terminal with an empty NO_COLOR", { columns: 100, env: { NO_COLOR: "" } }, true],
    ["a dumb terminal", { columns: 100, env: { TERM: "dumb" } }, false],
    ["a pipe with FORCE_COLOR", { env: { FORCE_COLOR: "1" } }, true],
    ["a pipe with FORCE_COLOR and NO_COLOR", { env: { FORCE_COLOR: "1", NO_COLOR: "1" } }, true],
    ["a terminal with FORCE_COLOR=0", { columns: 100, env: { FORCE_COLOR: "0" } }, false],
  ])("of doctor's marks on %s", async (_, options, isColoured) => {
    const { out } = await doctor(options);
    expect(out.includes(`${ESCAPE}[32mok `)).toBe(isColoured);
    expect(out.includes(`${ESCAPE}[31mPROBLEM `)).toBe(isColoured);
    const plain = (text: string) => stripVTControlCharacters(text).replace(/:\d+\./, ".");
    expect(plain(out)).toBe(plain((await doctor({})).out));
  });

  it("come from the program alone: those in data are escaped", async () => {
    const report = deadReport("m-1", { reason: `${ESCAPE}[31mred` });
    const { endpoint } = await serve({ "GET /reports": give({ reports: [report] }) });
    const { out } = await cli(["reports"], { endpoint, columns: 200 });
    expect(out).toContain("\\u001b[31mred");
    expect(out.split("\n")[1]).not.toContain(ESCAPE);
  });

  it("are absent from a process whose output is a pipe", async () => {
    const { out } = await spawnCli(["help", "retry"], { NO_COLOR: undefined, FORCE_COLOR: undefined });
    expect(out).not.toContain(ESCAPE);
    expect((await spawnCli(["help", "retry"], { FORCE_COLOR: "1" })).out).toContain(`${ESCAPE}[1mOptions:`);
  });
});

describe("a table", () => {
  const table = async (columns?: number) => {
    const { endpoint } = await serve({
      "GET /reports": give({
        reports: [deadReport("0A0000000123ABCD1", { vonageStatus: 503 }), deadReport("x")],
      }),
    });
    const { out } = await cli(["reports"], { endpoint, ...(columns && { columns }), env: { NO_COLOR: "1" } });
    return out.split("\n").slice(0, -3);
  };

  it("has one line a row where the terminal is wide enough, or where there is none", async () => {
    expect(await table()).toHaveLength(3);
    expect(await table(130)).toEqual(await table());
  });

  it("breaks its titles where that is enough", () => {
    const rows = [["GB", 73, "60 of 70"]];
    expect(formatTable(["country", "sent", "receipts say delivered"], rows, 36)).toEqual([
      [{ style: "title", text: "               receipts" }],
      [{ style: "title", text: "               say" }],
      [{ style: "title", text: "country  sent  delivered" }],
      "GB         73  60 of 70",
    ]);
    expect(formatTable(["country", "sent", "receipts say delivered"], rows, 37)).toHaveLength(2);
    expect(formatTable(["country", "sent", "receipts say delivered"], rows, 23)[2]).toEqual([
      { style: "title", text: "receipts say delivered  " },
      "60 of 70",
    ]);
  });

  it("becomes blocks on a narrow terminal, and keeps every message id whole", async () => {
    const lines = await table(60);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(60);
    expect(lines).toContainEqual(expect.stringMatching(/^message id +0A0000000123ABCD1$/));
    expect(lines).toContainEqual(expect.stringMatching(/^Vonage +503$/));
  });

  it("leaves JSON alone", async () => {
    const { endpoint } = await serve({ "GET /reports": give({ reports: [deadReport("m-1")] }) });
    const { lines } = await cli(["reports", "--json"], { endpoint, columns: 40 });
    expect(lines).toHaveLength(1);
  });
});

describe("a slow call", () => {
  const slow = async (columns?: number) => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      const { endpoint } = await serve({
        "GET /stats": () => {
          vi.advanceTimersByTime(2000);
          return [200, STATS];
        },
      });
      return await cli(["stats", "--json"], { endpoint, ...(columns && { columns }) });
    } finally {
      vi.useRealTimers();
    }
  };

  it("shows one line of progress on a terminal, and removes it before the answer", async () => {
    const { out, err } = await slow(80);
    expect(err).toContain("Waiting for the Worker…");
    expect(err.endsWith(`\r${ESCAPE}[K`)).toBe(true);
    expect(JSON.parse(out)).toEqual(STATS);
  });

  it("shows nothing in a pipe", async () => {
    expect((await slow()).err).toBe("");
  });

  it("fits a narrow terminal, where a longer line could not be removed", async () => {
    const { err } = await slow(20);
    for (const line of err.split(`\r${ESCAPE}[K`)) expect(line.length).toBeLessThan(20);
  });
});

describe("retry --json", () => {
  const routes = {
    "GET /reports": give({ reports: [deadReport("m-1"), deadReport("m-2")] }),
    "POST /reports/:name/retry": (({ target }) =>
      target.includes("m-2")
        ? [
            409,
            { type: "urn:problem:vonage-conversion:nothing-to-retry", title: "Nothing to send", status: 409 },
          ]
        : [202, { status: "accepted" }]) satisfies Route,
  };

  it("prints one object for each report, refused ones too, and nothing else", async () => {
    const { code, lines, err } = await cli(["retry", "--all", "--json"], await serve(routes));
    expect([code, err]).toEqual([1, ""]);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { channel: "sms", messageId: "m-1", accepted: true, reason: null },
      { channel: "sms", messageId: "m-2", accepted: false, reason: "409 Nothing to send" },
    ]);
  });

  it("prints one object for one report", async () => {
    const server = await serve(routes);
    expect(await cli(["retry", "sms", "m-1", "--json"], server)).toMatchObject({
      code: 0,
      out: `${JSON.stringify({ channel: "sms", messageId: "m-1", accepted: true, reason: null })}\n`,
    });
    expect((await cli(["retry", "sms", "m-2", "--json"], server)).code).toBe(1);
  });

  it("names those that were not tried", async () => {
    const server = await serve({
      "GET /reports": give({ reports: Array.from({ length: 20 }, (_, index) => deadReport(`m-${index}`)) }),
      "POST /reports/:name/retry": () => [
        429,
        { type: "urn:problem:vonage-conversion:too-many-requests", title: "Slow down", status: 429 },
      ],
    });
    const { code, lines } = await cli(["retry", "--all", "--json"], server);
    expect(code).toBe(1);
    const answers = lines.map((line) => JSON.parse(line));
    expect(answers).toHaveLength(20);
    expect(answers.filter(({ reason }) => reason.startsWith("not tried"))).toHaveLength(16);
  });
});
