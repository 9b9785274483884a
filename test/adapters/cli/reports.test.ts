// Dead reports for an operator at night: by time, by id, and while they die.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { ADMIN_KEY, deadReport, NOW, problem, type Route } from "../../support/operator-server.ts";
import { cli, serve } from "../../support/run-cli.ts";

const DAY_MS = 86_400_000;
const iso = (at: number) => new Date(at).toISOString();

/** A report that died so many hours before now. */
const died = (messageId: string, hours: number, more: object = {}) => {
  const at = NOW - hours * 3_600_000;
  return deadReport(messageId, { diedAt: iso(at), nextAt: iso(at + 30 * DAY_MS), ...more });
};
const list =
  (...reports: readonly object[]): Route =>
  () => [200, { reports }];
const idsIn = (lines: readonly string[]) => lines.flatMap((line) => /^sms +(m-\d+)/.exec(line)?.[1] ?? []);

describe("dead reports", () => {
  const server = () =>
    serve({ "GET /reports": list(died("m-2", 2), died("m-30", 30), died("m-1", 1), died("m-5", 5)) });

  it("are sorted by their death over all shards, the newest last", async () => {
    const { lines } = await cli(["reports", "dead"], await server());
    expect(idsIn(lines)).toEqual(["m-30", "m-5", "m-2", "m-1"]);
  });

  it("are the newest where there is a limit", async () => {
    const { lines } = await cli(["reports", "dead", "--limit", "2"], await server());
    expect(idsIn(lines)).toEqual(["m-2", "m-1"]);
    expect(lines.at(-1)).toBe("2 dead reports, and there are more: --limit 0 lists all.");
    const json = await cli(["reports", "dead", "--limit", "2", "--json"], await server());
    expect(json.lines.map((line) => JSON.parse(line).messageId)).toEqual(["m-2", "m-1"]);
    expect(json.err).toBe("There are more: --limit 0 lists all.\n");
  });

  it.each<[string[], string[]]>([
    [
      ["--since", "24h"],
      ["m-5", "m-2", "m-1"],
    ],
    [["--since", "3h", "--until", "90m"], ["m-2"]],
    [
      ["--until", "2026-11-23 08:00"],
      ["m-30", "m-5"],
    ],
    [
      ["--since", "2026-11-23T12:00:00+02:00"],
      ["m-2", "m-1"],
    ],
    [
      ["--since", "2026-11-23 12:00:00+02:00"],
      ["m-2", "m-1"],
    ],
    [["--since", String(NOW / 1000 - 3600)], ["m-1"]],
    [["--until", "2026-11-22"], []],
  ])("can be chosen by time: %j", async (options, expected) => {
    const { code, lines } = await cli(["reports", "dead", ...options], await server());
    expect(code).toBe(0);
    expect(idsIn(lines)).toEqual(expected);
  });

  it("of a Worker of version 0.2.0 have the time of their death too: 30 days before they are deleted", async () => {
    const old = deadReport("m-1");
    const { lines } = await cli(
      ["reports", "--since", "2026-11-22 10:00"],
      await serve({ "GET /reports": list(old) }),
    );
    expect(lines[1]).toContain("2026-11-22 10:00:00  2026-12-22 10:00:00");
    expect(
      (await cli(["reports", "--until", "2026-11-22 10:00"], await serve({ "GET /reports": list(old) }))).out,
    ).toBe("No dead reports.\n");
  });

  it.each(["yesterday", "24", "2026-13-01", "12:00", "2026-11-22T10:00:00+2"])(
    "refuses the time %j, or takes it for epoch seconds",
    async (time) => {
      const { code, err } = await cli(["reports", "--since", time], await server());
      if (time === "24") return expect(code).toBe(0);
      expect(code).toBe(2);
      return expect(err).toMatch(/^--since must be ISO 8601/);
    },
  );
});

it("reports that wait are chosen by their arrival", async () => {
  const waiting = (messageId: string, hours: number) =>
    deadReport(messageId, { state: "queued", since: iso(NOW - hours * 3_600_000) });
  const server = await serve({ "GET /reports": list(waiting("m-1", 1), waiting("m-9", 9)) });
  expect(idsIn((await cli(["reports", "queued", "--since", "2h"], server)).lines)).toEqual(["m-1"]);
});

describe("reports --id", () => {
  const unknown = problem("not-found", 404, "No route has this path");

  it("shows one message in whatever state, with Vonage's status and when it is deleted", async () => {
    const server = await serve({
      "GET /reports/sms/m%2F1": () => [200, died("m/1", 2, { vonageStatus: 422, reason: "rejected" })],
      "GET /reports/voice/m%2F1": () => unknown,
    });
    const { code, out, err } = await cli(["reports", "--id", "m/1"], server);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^channel +sms\nmessage id +m\/1\n/);
    expect(out).toMatch(/\nstate +dead: given up; retry sends it again\n/);
    expect(out).toMatch(/\ndied \(UTC\) +2026-11-23 10:00:00\ndeleted \(UTC\) +2026-12-23 10:00:00\n/);
    expect(out).toMatch(/\nreason +rejected\nVonage +422\n$/);
    expect(server.asked.map(({ target }) => target)).toEqual(["/reports/sms/m%2F1", "/reports/voice/m%2F1"]);
  });

  it("shows it on both channels, as JSON too", async () => {
    const server = await serve({
      "GET /reports/sms/m-1": () => [200, died("m-1", 2)],
      "GET /reports/voice/m-1": () => [200, died("m-1", 2, { channel: "voice" })],
    });
    const { lines } = await cli(["reports", "--id", "m-1", "--json"], server);
    expect(lines.map((line) => JSON.parse(line).channel)).toEqual(["sms", "voice"]);
    expect((await cli(["reports", "--id", "m-1"], server)).lines.filter((line) => line === "")).toHaveLength(
      1,
    );
  });

  it("exits with 1 if no message has the id, and does not take a failure for that", async () => {
    const none = await serve({});
    expect(await cli(["reports", "--id", "m-1"], none)).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringMatching(/^No message has this id\./),
    });
    const broken = await serve({
      "GET /reports/sms/m-1": () => problem("ledger-unavailable", 503, "Storage is unavailable"),
    });
    expect((await cli(["reports", "--id", "m-1"], broken)).err).toMatch(/503 Storage is unavailable/);
  });

  it.each([
    [["reports", "--id", "m-1", "dead"]],
    [["reports", "--id", "m-1", "--since", "1h"]],
    [["reports", "--id", "m-1", "--watch"]],
    [["reports", "--id", ".."]],
  ])("refuses %j", async (argv) => {
    expect((await cli(argv, { endpoint: "http://localhost:1" })).code).toBe(2);
  });
});

describe("reports --watch", () => {
  /** Gives one page after the other without a pause, and ends the command after the last. */
  const watch = async (argv: readonly string[], pages: readonly Route[], columns?: number) => {
    let asked = 0;
    const server = await serve({
      "GET /reports": (...given) => {
        const page = pages[Math.min(asked, pages.length - 1)];
        asked += 1;
        return page?.(...given);
      },
    });
    return cli([...argv, "--watch"], {
      ...server,
      ...(columns && { columns, env: { NO_COLOR: "1" } }),
      pause: async () => asked < pages.length,
    });
  };

  it("prints each report once in a pipe, and one that died again once more", async () => {
    const { code, lines } = await watch(
      ["reports", "dead", "--json"],
      [list(died("m-5", 5)), list(died("m-5", 5), died("m-1", 1)), list(died("m-5", 0), died("m-1", 1))],
    );
    expect(code).toBe(0);
    expect(lines.map((line) => JSON.parse(line).messageId)).toEqual(["m-5", "m-1", "m-5"]);
  });

  it("prints the titles once, and then only rows", async () => {
    const { lines } = await watch(["reports"], [list(died("m-5", 5)), list(died("m-5", 5), died("m-1", 1))]);
    expect(lines.map((line) => line.split(/ +/)[0])).toEqual(["channel", "sms", "sms"]);
  });

  it("shows the whole list anew on a terminal, and how to stop", async () => {
    const { out } = await watch(["reports"], [list(died("m-5", 5)), list(died("m-1", 1))], 150);
    const screens = out.split("\u001b[H\u001b[2J\u001b[3J");
    expect(screens).toHaveLength(3);
    expect(screens[1]).toContain("m-5");
    expect(screens[2]).not.toContain("m-5");
    expect(screens[2]).toMatch(/2026-11-23 12:00:00 UTC, every 5 seconds\. Press Ctrl-C to stop\.\n$/);
  });

  it("names a failed request and goes on, but ends when the key is refused", async () => {
    const failing: Route = () => problem("ledger-unavailable", 503, "Storage is unavailable");
    const { code, lines, err } = await watch(["reports", "--json"], [failing, list(died("m-1", 1))]);
    expect([code, lines.length]).toEqual([0, 1]);
    expect(err).toMatch(/^GET \/reports: 503 Storage is unavailable/);
    const refused: Route = () => problem("unauthenticated", 401, "No");
    expect((await watch(["reports"], [refused, refused])).code).toBe(1);
  });

  it("ends with 0 when the user presses Ctrl-C", async () => {
    const server = await serve({ "GET /reports": list(died("m-1", 1)) });
    const child = spawn(process.execPath, ["adapters/cli/index.ts", "reports", "--watch", "--json"], {
      env: {
        ...process.env,
        VONAGE_CONVERSION_ENDPOINT: server.endpoint,
        VONAGE_CONVERSION_ADMIN_KEY: ADMIN_KEY,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const [line] = await once(child.stdout, "data");
      expect(JSON.parse(String(line)).messageId).toBe("m-1");
      const ended = once(child, "close");
      child.kill("SIGINT");
      expect(await ended).toEqual([0, null]);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("asks nothing when the user has stopped it already", async () => {
    const server = await serve({ "GET /reports": list(died("m-1", 1)) });
    const stop = AbortSignal.abort();
    expect((await cli(["reports", "--watch"], { ...server, signal: stop })).code).toBe(0);
    expect(server.asked).toEqual([]);
  });
});
