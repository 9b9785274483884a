// The operator's command line against a real HTTP server: its requests, output and exit codes.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  ADMIN_KEY,
  type Asked,
  deadReport,
  HEALTH,
  NOW,
  problem,
  type Route,
  STATS,
} from "../../support/operator-server.ts";
import { cli, type Options, serve, spawnCli } from "../../support/run-cli.ts";

/** Well-formed, but not the Worker's key. */
const WRONG_KEY = "wrong-admin-key-0123456789abcdef0123456789";

const targets = (asked: readonly Asked[]) => asked.map(({ method, target }) => `${method} ${target}`);
const accept: Route = () => [202, { status: "accepted" }];
const give =
  (status: number, body: unknown): Route =>
  () => [status, body];
const list = (...reports: readonly object[]) => give(200, { reports });
/** Pages of reports with cursors that need encoding. Any other cursor gets 400. */
const paged =
  (...pages: readonly (readonly object[])[]): Route =>
  ({ target }) => {
    const cursor = new URL(target, "http://server").searchParams.get("cursor");
    const index = cursor === null ? 0 : Number(/^=&\/\+ (\d)$/.exec(cursor)?.[1]);
    const reports = pages[index];
    if (reports === undefined) return problem("invalid-parameters", 400, "There is no such cursor");
    return [200, { reports, ...(index + 1 < pages.length && { cursor: `=&/+ ${index + 1}` }) }];
  };

describe("the command line", () => {
  it("prints its usage for --help", async () => {
    const { code, out, err } = await cli(["--help"]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^Usage: vonage-conversion <command>[\s\S]*VONAGE_CONVERSION_ADMIN_KEY/);
  });

  it("prints its usage as an error if there is no command", async () => {
    const { code, out, err } = await cli([]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toBe((await cli(["--help"])).out);
  });

  it("prints the version of the package", async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8"));
    expect(await cli(["--version"])).toMatchObject({ code: 0, out: `${version}\n`, err: "" });
  });

  it.each<[string, RegExp]>([
    [
      "list",
      /^Unknown command "list"\. The commands are init, sandbox, serve, doctor, .*reports, retry, stats, erase, alarms, insight\./,
    ],
    ["constructor", /^Unknown command/],
    ["\u001b[2J", /^Unknown command "\\u001b\[2J"/],
    ["reports --colour", /^reports does not accept --colour\.\n/],
    ["reports --all", /^reports does not accept --all\./],
    ["reports dead queued", /^reports accepts one state and options\./],
    ["reports dead --state queued", /^reports needs one state/],
    ["reports daed", /^The state must be one of .*unreadable\. Did you mean dead\?/],
    [
      "reports --state died",
      /^--state must be one of tracking, sending, queued, recorded, dead, unreadable\./,
    ],
    ["reports --limit -1", /^Option '--limit'/],
    ["reports --limit ten", /^--limit must be a whole number from 0/],
    ["reports --json=yes", /^Option '--json' does not take an argument/],
    ["retry", /^retry needs a channel and a message id, or --all\./],
    ["retry sms", /^retry needs a channel and a message id/],
    ["retry sms a b", /^retry needs a channel and a message id/],
    ["retry mail a", /^The channel must be one of sms, voice\./],
    ["retry sms \u0007", /^The message id must be 1 to 128 characters/],
    ["retry sms a --state dead", /^--state requires retry --all\./],
    ["retry sms a --csv", /^retry does not accept --csv\./],
    ["retry --all sms a", /^retry needs either --all, or/],
    ["retry --all --state recorded", /^--state must be one of dead, queued\./],
    ["stats --limit 5", /^stats does not accept --limit\./],
    ["doctor now", /^doctor accepts only options\./],
  ])("refuses the arguments %j with a reason, and sends nothing", async (line, complaint) => {
    const server = await serve();
    const { code, out, err } = await cli(line.split(" "), server);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(complaint);
    expect(err).toMatch(
      /Run vonage-conversion (--help for usage|help \w+ for its options and examples)\.\n$/,
    );
    expect(server.asked).toEqual([]);
  });

  it.each([["--key", "typed-secret"], ["--key=typed-secret"], ["--admin-key", "typed-secret"]])(
    "refuses an admin key as an argument: %s",
    async (...key) => {
      const { code, err } = await cli(["stats", ...key], { endpoint: "http://localhost:1" });
      expect(code).toBe(2);
      expect(err).toMatch(/must not be an argument: every user .* process list.*VONAGE_CONVERSION_ADMIN_KEY/);
      expect(err).not.toContain("typed-secret");
    },
  );

  it.each<[string, Options, RegExp]>([
    ["no endpoint", {}, /^The Worker's URL is missing: set VONAGE_CONVERSION_ENDPOINT, or pass --endpoint/],
    ["plain http", { endpoint: "http://shop.example" }, /^VONAGE_CONVERSION_ENDPOINT must be an https URL/],
    [
      "a password in the URL",
      { endpoint: "https://u:hidden@shop.example" },
      /without user, query or fragment/,
    ],
    ["no key", { endpoint: "http://localhost:1", key: undefined }, /^VONAGE_CONVERSION_ADMIN_KEY is not set/],
    [
      "a broken key",
      { endpoint: "http://localhost:1", key: "hidden\nkey" },
      /ADMIN_KEY must be the key alone/,
    ],
    ["half a key", { endpoint: "http://localhost:1", key: "hidden0123456789" }, /32 to 200 letters/],
    [
      "a key with its name",
      { endpoint: "http://localhost:1", key: `hidden:${ADMIN_KEY}` },
      /ADMIN_KEY must be the key alone, without its name/,
    ],
  ])("names a missing or wrong setting, never its value: %s", async (_, options, complaint) => {
    const { code, out, err } = await cli(["stats"], options);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(complaint);
    expect(err).not.toContain("hidden");
  });

  it("--endpoint takes precedence over the environment, with or without a trailing slash", async () => {
    const server = await serve({ "GET /stats": give(200, STATS) });
    const options = { endpoint: "http://localhost:1" };
    expect((await cli(["--endpoint", `${server.endpoint}/`, "stats"], options)).code).toBe(0);
    expect(server.asked).toEqual([{ method: "GET", target: "/stats", authorization: `Bearer ${ADMIN_KEY}` }]);
    expect((await cli(["stats", "--endpoint", "http://shop.example"], options)).err).toMatch(
      /^--endpoint must/,
    );
  });
});

describe("reports", () => {
  it("requests dead reports with the admin key, and prints when each died and is deleted, and Vonage's status", async () => {
    const server = await serve({
      "GET /reports": list(
        deadReport("0A0000000123ABCD1", { vonageStatus: 503 }),
        deadReport("x", { channel: "voice", delivered: null, occurredAt: null, attempts: 3, reason: null }),
      ),
    });
    const { code, lines, err } = await cli(["reports"], server);
    expect([code, err]).toEqual([0, ""]);
    expect(server.asked).toEqual([
      {
        method: "GET",
        target: "/reports?state=dead&limit=500",
        authorization: `Bearer ${ADMIN_KEY}`,
      },
    ]);
    expect(lines).toEqual([
      "channel  message id         traffic  delivered  died (UTC)           deleted (UTC)        attempts  reason       Vonage",
      "sms      0A0000000123ABCD1  2fa      true       2026-11-22 10:00:00  2026-12-22 10:00:00        18  unavailable     503",
      "voice    x                  2fa      -          2026-11-22 10:00:00  2026-12-22 10:00:00         3  -                 -",
      "",
      "2 dead reports.",
    ]);
  });

  it.each([
    ["tracking", "expires (UTC)"],
    ["sending", "next try (UTC)"],
    ["queued", "next try (UTC)"],
    ["recorded", "deleted (UTC)"],
    ["dead", "deleted (UTC)"],
  ])("names the time column of %s reports after the event", async (state, title) => {
    const server = await serve({ "GET /reports": list(deadReport("m-1")) });
    const { lines } = await cli(["reports", "--state", state], server);
    expect(lines[0]?.split(/ {2,}/)).toContain(title);
  });

  it("follows cursors over three pages to the end", async () => {
    const server = await serve({
      "GET /reports": paged([deadReport("m-1"), deadReport("m-2")], [deadReport("m-3")], [deadReport("m-4")]),
    });
    const { code, lines } = await cli(["reports", "--state", "queued", "--limit", "0"], server);
    expect(code).toBe(0);
    expect(targets(server.asked)).toEqual([
      "GET /reports?state=queued&limit=500",
      "GET /reports?state=queued&limit=500&cursor=%3D%26%2F%2B+1",
      "GET /reports?state=queued&limit=500&cursor=%3D%26%2F%2B+2",
    ]);
    expect(lines.filter((line) => line.startsWith("sms")).map((line) => line.split(/ +/)[1])).toEqual([
      "m-1",
      "m-2",
      "m-3",
      "m-4",
    ]);
    expect(lines.at(-1)).toBe("4 queued reports.");
  });

  it("requests no more than the limit, even across pages, and says that there are more", async () => {
    const page = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => deadReport(`m-${from + index}`));
    const server = await serve({ "GET /reports": paged(page(0, 500), page(500, 200), page(700, 1)) });
    const { lines } = await cli(["reports", "queued", "--limit", "700"], server);
    expect(targets(server.asked)).toEqual([
      "GET /reports?state=queued&limit=500",
      "GET /reports?state=queued&limit=200&cursor=%3D%26%2F%2B+1",
    ]);
    expect(lines.at(-1)).toBe("700 queued reports, and there are more: --limit 0 lists all.");
  });

  it("prints one unaltered JSON object per line, and mentions further reports on stderr", async () => {
    const reports = [deadReport("m-1", { newMember: [1] }), deadReport("m-2")];
    const server = await serve({ "GET /reports": paged(reports, []) });
    const { code, lines, err } = await cli(["reports", "queued", "--json", "--limit", "2"], server);
    expect([code, err]).toEqual([0, "There are more: --limit 0 lists all.\n"]);
    expect(lines.map((line) => JSON.parse(line))).toEqual(reports);
  });

  it("shows the readable parts of unreadable reports", async () => {
    const since = "2026-11-23T10:00:00.000Z";
    const long = {
      state: "unreadable",
      channel: "sms",
      messageId: "m-1",
      since,
      raw: `{"v":9,${"x".repeat(200)}`,
    };
    const short = { state: "unreadable", channel: "?", messageId: "m-2", since, raw: "" };
    const server = await serve({ "GET /reports": list(long, short) });
    expect((await cli(["reports", "--state", "unreadable"], server)).lines).toEqual([
      "channel  message id  since (UTC)          raw",
      `sms      m-1         2026-11-23 10:00:00  {"v":9,${"x".repeat(73)}… (--json has all of it)`,
      "?        m-2         2026-11-23 10:00:00",
      "",
      "2 unreadable reports.",
    ]);
    const { lines } = await cli(["reports", "--state", "unreadable", "--json"], server);
    expect(lines.map((line) => JSON.parse(line))).toEqual([long, short]);
  });

  it("says that there are no reports", async () => {
    const server = await serve({ "GET /reports": list() });
    expect(await cli(["reports"], server)).toMatchObject({ code: 0, out: "No dead reports.\n", err: "" });
    expect(await cli(["reports", "--json"], server)).toMatchObject({ code: 0, out: "", err: "" });
  });

  it("escapes control characters of a report in a table, and keeps them in JSON", async () => {
    const messageId = "a\u001b]0;title\u0007\u009b31m\r\n\u202egnp\u2028\u200b\u{e0041}z";
    const report = deadReport(messageId, { reason: "\u001b[2J\u007f", traffic: "2fa\u0000" });
    const raw = { state: "unreadable", channel: "\u0008", messageId, since: "\u001bc", raw: "\u001b[A" };
    const server = await serve({
      "GET /reports": ({ target }) => [200, { reports: [target.includes("dead") ? report : raw] }],
    });
    for (const state of ["dead", "unreadable"]) {
      for (const json of [[], ["--json"]]) {
        const { out, lines } = await cli(["reports", "--state", state, ...json], server);
        expect(out.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(out).toMatch(/a\\u001b\]0;title\\u0007\\u009b31m\\(r\\n|u000d\\u000a)\\u202egnp/);
        expect(lines).toHaveLength(json.length > 0 ? 1 : 4);
        if (json.length > 0) expect(JSON.parse(out)).toEqual(state === "dead" ? report : raw);
      }
    }
  });

  it("keeps columns aligned when a cell is escaped", async () => {
    const reports = ["\u001b", "0123456789", "你好"].map((messageId) => deadReport(messageId));
    const { lines } = await cli(["reports"], await serve({ "GET /reports": list(...reports) }));
    expect(lines.slice(0, 4).map((line) => line.slice(0, 26))).toEqual([
      "channel  message id  traff",
      "sms      \\u001b      2fa  ",
      "sms      0123456789  2fa  ",
      "sms      你好          2fa  ",
    ]);
  });

  it("stops when a cursor is repeated", async () => {
    const server = await serve({ "GET /reports": give(200, { reports: [deadReport("m")], cursor: "same" }) });
    const { code, err } = await cli(["reports", "--limit", "0"], server);
    expect(code).toBe(1);
    expect(err).toMatch(/^GET \/reports: 200, with an answer that this version does not understand/);
    expect(server.asked).toHaveLength(2);
  });
});

describe("retry", () => {
  it.each([
    ["0A0000000123ABCD1", "0A0000000123ABCD1"],
    ["a/b", "a%2Fb"],
    ["../../stats?x=1#y", "..%2F..%2Fstats%3Fx%3D1%23y"],
    ["100%2F", "100%252F"],
    ["grüße 你好 🙂", "gr%C3%BC%C3%9Fe%20%E4%BD%A0%E5%A5%BD%20%F0%9F%99%82"],
    ["a\\b+c;d", "a%5Cb%2Bc%3Bd"],
  ])("sends %j again, in the path as %s", async (messageId, encoded) => {
    const server = await serve({ "POST /reports/:name/retry": accept });
    const { code, out, err } = await cli(["retry", "voice", messageId], server);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toBe(`Accepted: voice ${messageId} is being sent again.\n`);
    expect(server.asked).toEqual([
      {
        method: "POST",
        target: `/reports/voice/${encoded}/retry`,
        authorization: `Bearer ${ADMIN_KEY}`,
      },
    ]);
  });

  it("accepts a message id that begins with a dash after --", async () => {
    const server = await serve({ "POST /reports/:name/retry": accept });
    expect((await cli(["retry", "sms", "--", "--key"], server)).code).toBe(0);
    expect(targets(server.asked)).toEqual(["POST /reports/sms/--key/retry"]);
  });

  it.each([".", ".."])("does not send %j, which would be another path", async (messageId) => {
    const server = await serve({ "POST /reports/:name/retry": accept });
    const { code, err } = await cli(["retry", "sms", messageId], server);
    expect(code).toBe(2);
    expect(err).toContain("message id");
    expect(server.asked).toEqual([]);
  });

  it.each([
    [404, "unknown-report", "There is no such report"],
    [409, "nothing-to-send", "There is nothing to send again"],
  ])("gives the reason when a report is not accepted: %i", async (status, name, title) => {
    const refused = problem(name, status, title, { detail: "More\u001b[2J of it." });
    const server = await serve({ "POST /reports/:name/retry": () => refused });
    const { code, out, err } = await cli(["retry", "sms", "m-1"], server);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toBe(`Not accepted: sms m-1: ${status} ${title}: More\\u001b[2J of it.\n`);
  });

  it("--all lists every page first, sends each report once, and names those not accepted", async () => {
    const server = await serve({
      // Meanwhile m-2 has moved to the next page.
      "GET /reports": paged(
        [deadReport("m-1"), deadReport("m-2")],
        [deadReport("m-2"), deadReport("m/3", { channel: "voice" })],
        [deadReport("m-4")],
      ),
      "POST /reports/:name/retry": ({ target }) =>
        target.includes("m-2")
          ? problem("nothing-to-send", 409, "There is nothing to send again")
          : [202, { status: "accepted" }],
    });
    const { code, out, err } = await cli(["retry", "--all"], server);
    expect(code).toBe(1);
    expect(targets(server.asked).slice(0, 3)).toEqual([
      "GET /reports?state=dead&limit=500",
      "GET /reports?state=dead&limit=500&cursor=%3D%26%2F%2B+1",
      "GET /reports?state=dead&limit=500&cursor=%3D%26%2F%2B+2",
    ]);
    expect(targets(server.asked).slice(3).sort()).toEqual([
      "POST /reports/sms/m-1/retry",
      "POST /reports/sms/m-2/retry",
      "POST /reports/sms/m-4/retry",
      "POST /reports/voice/m%2F3/retry",
    ]);
    expect(out).toBe("3 of 4 dead reports were accepted and are being sent again.\n");
    expect(err).toBe("sms m-2: 409 There is nothing to send again\n1 was not accepted.\n");
  });

  it("--all sends at most four at a time", async () => {
    let current = 0;
    let most = 0;
    const server = await serve({
      "GET /reports": list(...Array.from({ length: 30 }, (_, index) => deadReport(`m-${index}`))),
      "POST /reports/:name/retry": async () => {
        most = Math.max(most, ++current);
        await new Promise((resolve) => setTimeout(resolve, 10));
        current -= 1;
        return [202, { status: "accepted" }];
      },
    });
    const { code, out } = await cli(["retry", "--all", "--state", "queued"], server);
    expect(code).toBe(0);
    expect(out).toBe("30 of 30 queued reports were accepted and are being sent again.\n");
    expect(most).toBe(4);
    expect(targets(server.asked)[0]).toBe("GET /reports?state=queued&limit=500");
    expect(server.asked).toHaveLength(31);
  });

  it("--all does nothing if there are no dead reports", async () => {
    const server = await serve({ "GET /reports": list() });
    expect(await cli(["retry", "--all"], server)).toMatchObject({
      code: 0,
      out: "No dead reports.\n",
      err: "",
    });
  });

  it("--all continues when one report fails, and names reports that no URL can express", async () => {
    const server = await serve({
      "GET /reports": list(
        ...["..", "\ud800", ...Array.from({ length: 10 }, (_, index) => `m-${index}`)].map((messageId) =>
          deadReport(messageId),
        ),
      ),
      "POST /reports/:name/retry": ({ target }, { response }) => {
        if (target.includes("m-1")) return problem("internal", 500, "Something went wrong here");
        if (!target.includes("m-2")) return [202, { status: "accepted" }];
        response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>");
        return undefined;
      },
    });
    const { code, out, err } = await cli(["retry", "--all"], server);
    expect(code).toBe(1);
    expect(out).toBe("8 of 12 dead reports were accepted and are being sent again.\n");
    expect(err).toContain("sms ..: this id cannot be part of a URL.\n");
    expect(err).toContain("sms \\ud800: this id cannot be part of a URL.\n");
    expect(err).toContain("sms m-1: 500 Something went wrong here\n");
    expect(err).toContain("sms m-2: 502, with an answer that this version does not understand.");
    expect(err).toMatch(/\n4 were not accepted\.\n$/);
  });

  it.each<[string, Route, string]>([
    [
      "the connection breaks",
      (_, { response }) => {
        response.destroy();
        return undefined;
      },
      "the connection failed. The report may have been accepted",
    ],
    ["there are too many", () => problem("too-many-requests", 429, "Slow down"), "429 Slow down"],
    [
      "the key is refused",
      () => problem("unauthenticated", 401, "No"),
      "the Worker refused the admin key (401)",
    ],
  ])("--all stops when %s, since the others would fail too", async (_, route, reason) => {
    const server = await serve({
      "GET /reports": list(...Array.from({ length: 30 }, (_, index) => deadReport(`m-${index}`))),
      "POST /reports/:name/retry": route,
    });
    const { code, out, err } = await cli(["retry", "--all"], server);
    expect(code).toBe(1);
    expect(out).toBe("0 of 30 dead reports were accepted and are being sent again.\n");
    expect(err).toContain(`sms m-0: ${reason}`);
    expect(err).toMatch(/\n4 were not accepted\.\n26 were not tried: run this again later\.\n$/);
    expect(server.asked).toHaveLength(5);
  });
});

describe("erase", () => {
  const NUMBER = "+447400123456";
  const erased = { challenges: 2, answers: 1, counters: 1, unreadable: 0 };

  it("sends the number in the body, and never prints it", async () => {
    const bodies: string[] = [];
    const server = await serve({
      "POST /erase": async (_, { request }) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        bodies.push(Buffer.concat(chunks).toString());
        return [200, erased];
      },
    });
    const { code, out, err } = await cli(["erase", NUMBER], server);
    expect([code, err]).toEqual([0, ""]);
    expect(bodies).toEqual([new URLSearchParams({ to: NUMBER }).toString()]);
    expect(targets(server.asked)).toEqual(["POST /erase"]);
    expect(out).toBe(
      "Erased for the number that ends in 56: challenges 2, kept answers 1, counters 1, unreadable rows 0.\n",
    );
    expect(JSON.parse((await cli(["erase", "447400123456", "--json"], server)).out)).toEqual(erased);
  });

  it.each([[[]], [["07400123456"]], [["+44 7400"]], [["+447400123456", "+447400123457"]]])(
    "refuses %j without quoting it",
    async (given) => {
      const { code, out, err } = await cli(["erase", ...given]);
      expect([code, out]).toEqual([2, ""]);
      expect(err).toMatch(/^erase needs one phone number/);
      expect(err).not.toMatch(/7400/);
    },
  );
});

describe("stats", () => {
  it("counts events of the 2FA workflow, if it is enabled", async () => {
    const twoFactor = { messages: 120, "refused:prefix-limit": 7 };
    const server = await serve({ "GET /stats": give(200, { ...STATS, twoFactor }) });
    const { lines } = await cli(["stats"], server);
    expect(lines).toContainEqual(expect.stringMatching(/^messages +120$/));
    expect(lines).toContainEqual(expect.stringMatching(/^refused:prefix-limit +7$/));
  });

  it("prints counts, ages and paused traffic", async () => {
    const server = await serve({ "GET /stats": give(200, STATS) });
    const { code, lines, err } = await cli(["stats"], server);
    expect([code, err]).toEqual([0, ""]);
    expect(targets(server.asked)).toEqual(["GET /stats"]);
    expect(lines).toEqual([
      "Reports in 16 shards:",
      "",
      "state       reports",
      "tracking          3",
      "sending           0",
      "queued           12",
      "recorded       1042",
      "dead              2",
      "unreadable        0",
      "",
      "traffic  channel  state     reports  attempts",
      "2fa      sms      recorded     1042      1100",
      "other    voice    dead            2        36",
      "",
      "The oldest waiting report has waited since 2026-11-23 09:55:00 (2 hours 5 minutes).",
      "shard 3: 2fa has been parked since 2026-11-23 11:59:20 (40 seconds): Vonage says the Conversion API is not " +
        "enabled; next try 2026-11-23 12:14:20",
    ]);
  });

  it.each([
    [
      "unauthorized",
      null,
      "2fa has been parked since 2026-11-21 11:00:00 (2 days 1 hour): Vonage refuses the API key or",
    ],
    [
      "outage",
      null,
      "2fa has been held back since 2026-11-21 11:00:00 (2 days 1 hour): Vonage is unreachable",
    ],
    [
      "throttled",
      2.5,
      "has been slowed down since 2026-11-21 11:00:00 (2 days 1 hour): Vonage asks for fewer requests; 2.5 a s",
    ],
    [
      "recovering",
      5,
      "has been speeding up again since 2026-11-21 11:00:00 (2 days 1 hour): Vonage accepts reports again; 5 a second",
    ],
    [
      "new\u001bcause",
      null,
      "2fa has been held back since 2026-11-21 11:00:00 (2 days 1 hour): new\\u001bcause",
    ],
  ])("gives the reason why traffic is paused: %j", async (cause, perSecond, text) => {
    const since = "2026-11-21T11:00:00Z";
    const gates = [{ shard: 0, traffic: "2fa", cause, since, nextProbeAt: null, perSecond }];
    const server = await serve({ "GET /stats": give(200, { ...STATS, gates }) });
    expect((await cli(["stats"], server)).out).toContain(text);
  });

  it("says that nothing waits and nothing is paused", async () => {
    const calm = { ...STATS, shards: 1, counts: [], oldestWaiting: null, gates: [] };
    const server = await serve({ "GET /stats": give(200, calm) });
    const { lines } = await cli(["stats"], server);
    expect(lines[0]).toBe("Reports in 1 shard:");
    expect(lines.slice(-3)).toEqual(["", "No reports are waiting.", "No traffic is held back."]);
  });

  it("prints one JSON object", async () => {
    const server = await serve({ "GET /stats": give(200, STATS) });
    const { lines } = await cli(["stats", "--json"], server);
    expect(lines.map((line) => JSON.parse(line))).toEqual([STATS]);
  });
});

describe("doctor", () => {
  const CALM = { ...STATS, reports: { recorded: 5 }, oldestWaiting: null, gates: [] };
  const WELL = {
    "GET /health": give(200, HEALTH),
    "POST /doctor": give(200, { ledger: true, keys: { "2fa": { verdict: "accepted", reason: null } } }),
    "GET /stats": give(200, CALM),
  };
  const keys = (verdict: string, reason: string | null, traffic = "2fa") => ({
    ...WELL,
    "POST /doctor": give(200, { ledger: true, keys: { [traffic]: { verdict, reason } } }),
  });

  it.each([
    [{ messages: 120, "sms-status:15": 40 }, ["15"]],
    [{ messages: 100, "sms-status:3": 10, "sms-status:6": 10 }, ["3", "6"]],
    [{ messages: 101, "sms-status:15": 10 }, []],
    [{ messages: 9, "sms-status:15": 9 }, []],
    [{ messages: 100, "sms-status:7": 50 }, []],
    [{}, []],
  ])("names a sender that is refused often: %j", async (twoFactor, statuses) => {
    const { code, lines } = await cli(
      ["doctor"],
      await serve({ ...WELL, "GET /stats": give(200, { ...CALM, twoFactor }) }),
    );
    expect(code).toBe(0);
    const found = lines.filter((line) => /^note .*messages with status \d+: check that SMS_FROM/.test(line));
    expect(found.map((line) => /status (\d+)/.exec(line)?.[1])).toEqual(statuses);
  });

  it("describes the encoding and the parts of the operator's own texts", async () => {
    const texts = [
      { name: "IN", encoding: "GSM-7", parts: 1, outside: "" },
      { name: "de", encoding: "GSM-7", parts: 2, outside: "" },
      { name: "US:es", encoding: "Unicode", parts: 2, outside: "ó“" },
      { name: "ja", encoding: "Unicode", parts: 1, outside: "は" },
    ];
    const keys = { "2fa": { verdict: "accepted", reason: null } };
    const { code, lines } = await cli(
      ["doctor"],
      await serve({ ...WELL, "POST /doctor": give(200, { ledger: true, keys, texts }) }),
    );
    expect(code).toBe(0);
    const at = lines.findIndex((line) => line.includes("The text for IN"));
    expect(lines.slice(at, at + 5)).toEqual([
      "ok      The text for IN: GSM-7, 1 part with the longest brand.",
      "note    The text for de: GSM-7, 2 parts with the longest brand.",
      "note    The text for US:es: Unicode, 2 parts with the longest brand.",
      "        Without ó “ it would be GSM-7 and shorter.",
      "ok      The text for ja: Unicode, 1 part with the longest brand.",
    ]);
  });

  it("reports that everything works", async () => {
    const server = await serve(WELL);
    const { code, lines, err } = await cli(["doctor"], server);
    expect([code, err]).toEqual([0, ""]);
    expect(targets(server.asked)).toEqual(["GET /health", "POST /doctor", "GET /stats"]);
    expect(lines).toEqual([
      `ok      The Worker answers at ${server.endpoint}.`,
      "ok      It is configured for traffic 2fa, and for callers with a token or a key.",
      "ok      It has a ledger of 16 shards.",
      "ok      Vonage accepts the API key for 2fa traffic.",
    ]);
  });

  it.each([
    [
      "unauthorized",
      null,
      "2fa",
      "Vonage refused the API key or secret for 2fa traffic: check VONAGE_2FA_API_KEY and VONAGE_2FA_API_SECRET",
    ],
    ["unauthorized", null, "other", "check VONAGE_OTHER_API_KEY and VONAGE_OTHER_API_SECRET"],
    ["not_enabled", null, "2fa", "not enabled for the key for 2fa traffic: ask Vonage support to enable it"],
    [
      "unknown",
      "unavail\u001bable",
      "2fa",
      "It is unknown if Vonage accepts the API key for 2fa traffic (unavail\\u001bable): try again in a minute",
    ],
    [
      "unknown",
      null,
      "2fa",
      "It is unknown if Vonage accepts the API key for 2fa traffic (unknown): try again",
    ],
    ["unknown", "unexpected_response", "2fa", "(unexpected_response): check VONAGE_BASE_URL."],
    ["unauthorized", null, "2fa", "or VONAGE_2FA_SIGNATURE_SECRET and VONAGE_2FA_SIGNATURE_METHOD"],
  ])("gives advice about a key that is %s (%j, %s)", async (verdict, reason, traffic, text) => {
    const { code, lines } = await cli(["doctor"], await serve(keys(verdict, reason, traffic)));
    expect(code).toBe(1);
    expect(lines[3]).toMatch(/^PROBLEM /);
    expect(lines[3]).toContain(text);
  });

  it.each([
    ["2fa", "basic", 422, "(422 to basic): set VONAGE_2FA_VIA to basic-query, then to query, and run"],
    ["other", "basic-query", 415, "(415 to basic-query): set VONAGE_OTHER_VIA to basic, then to query, and"],
    ["2fa", "query", 400, "(400 to query): set VONAGE_2FA_VIA to basic-query, then to basic, and run"],
    ["2fa", "form", 423, "(423 to form): set VONAGE_2FA_VIA to query, and run this again."],
    // An older version reports neither method nor status.
    ["2fa", undefined, undefined, "(rejected): set VONAGE_2FA_VIA to basic-query, then to basic, and run"],
  ])(
    "names the setting to change if reports are refused: %s by %s, %s",
    async (traffic, via, status, text) => {
      const key = { verdict: "rejected", reason: null, status, via };
      const server = await serve({
        ...WELL,
        "POST /doctor": give(200, { ledger: true, keys: { [traffic]: key } }),
      });
      const { code, lines } = await cli(["doctor"], server);
      expect(code).toBe(1);
      expect(lines[3]).toMatch(/^PROBLEM /);
      expect(lines[3]).toContain(
        `Vonage knows the API key for ${traffic} traffic, but refuses the way reports are sent`,
      );
      expect(lines[3]).toContain(text);
    },
  );

  it("names every setting that is missing or wrong, and the command to set it", async () => {
    const server = await serve({
      "GET /health": () =>
        problem("not-configured", 503, "Not configured", {
          missing: ["VONAGE_2FA_API_SECRET", "PROXY_KEYS_2FA or TOKEN_SECRETS", "X; rm -rf ~"],
          invalid: [
            { name: "VONAGE_BASE_URL", detail: "must be an https URL" },
            { name: "ADMIN_KEYS", detail: "must be 32 characters or more" },
          ],
        }),
    });
    const { code, lines } = await cli(["doctor"], server);
    expect(code).toBe(1);
    expect(targets(server.asked)).toEqual(["GET /health"]);
    expect(lines).toEqual([
      "PROBLEM GET /health: the configuration of the Worker is incomplete (503):",
      "          VONAGE_2FA_API_SECRET is missing: npx wrangler secret put VONAGE_2FA_API_SECRET",
      "          PROXY_KEYS_2FA or TOKEN_SECRETS is missing: npx wrangler secret put PROXY_KEYS_2FA, or TOKEN_SECRETS",
      "          X; rm -rf ~ is missing",
      "          VONAGE_BASE_URL must be an https URL: see wrangler.toml",
      "          ADMIN_KEYS must be 32 characters or more: npx wrangler secret put ADMIN_KEYS",
      "        See docs/runbook.md#not-configured.",
    ]);
  });

  it("checks only /health without an admin key, and says so", async () => {
    const server = await serve(WELL);
    const { code, lines } = await cli(["doctor"], { ...server, key: undefined });
    expect(code).toBe(1);
    expect(server.asked).toEqual([{ method: "GET", target: "/health", authorization: undefined }]);
    expect(lines.at(-1)).toBe(
      "PROBLEM Only /health was checked: set VONAGE_CONVERSION_ADMIN_KEY to check the rest.",
    );
  });

  it("says that the admin key is wrong", async () => {
    const server = await serve(WELL);
    const { code, out } = await cli(["doctor"], { ...server, key: WRONG_KEY });
    expect(code).toBe(1);
    expect(targets(server.asked)).toEqual(["GET /health", "POST /doctor"]);
    expect(out).toMatch(/PROBLEM POST \/doctor: the Worker refused the admin key \(401\)/);
    expect(out).not.toContain(WRONG_KEY);
  });

  it("accepts a Worker without a ledger, and requests no figures", async () => {
    const server = await serve({
      ...WELL,
      "GET /health": give(200, { ...HEALTH, ledger: false }),
      "POST /doctor": give(200, { ledger: false, keys: {} }),
    });
    const { code, lines } = await cli(["doctor"], server);
    expect(code).toBe(0);
    expect(targets(server.asked)).toEqual(["GET /health", "POST /doctor"]);
    expect(lines[2]).toMatch(/^note {4}It has no ledger/);
  });

  it("reports a ledger that does not answer", async () => {
    const server = await serve({ ...WELL, "POST /doctor": give(200, { ledger: false, keys: {} }) });
    const { code, out } = await cli(["doctor"], server);
    expect(code).toBe(1);
    expect(out).toMatch(/PROBLEM The ledger does not answer/);
  });

  it("mentions waiting, dead and unreadable reports, and paused traffic", async () => {
    const reports = { ...STATS.reports, sending: 1, dead: 1, unreadable: 4 };
    const server = await serve({ ...WELL, "GET /stats": give(200, { ...STATS, reports }) });
    const { code, lines } = await cli(["doctor"], server);
    expect(code).toBe(0);
    expect(lines.slice(4)).toEqual([
      "note    13 reports wait to be sent, the oldest since 2026-11-23 09:55:00 (2 hours 5 minutes).",
      "        See docs/runbook.md#waiting.",
      "note    1 report is dead: `vonage-conversion reports dead` says why,",
      "        `vonage-conversion retry --all` sends them again.",
      "        See docs/runbook.md#dead.",
      "note    4 reports are unreadable: see `vonage-conversion reports unreadable`.",
      "        See docs/runbook.md#unreadable.",
      expect.stringMatching(/^note {4}shard 3: 2fa has been parked since /),
      "        See docs/runbook.md#waiting.",
    ]);
  });

  it("reports a Worker without readable figures", async () => {
    const server = await serve({
      ...WELL,
      "GET /stats": () => problem("internal", 500, "Something went wrong here"),
    });
    const { code, lines } = await cli(["doctor"], server);
    expect(code).toBe(1);
    expect(lines.slice(-2)).toEqual([
      "PROBLEM GET /stats: 500 Something went wrong here",
      "        See docs/runbook.md#internal.",
    ]);
  });

  it("reports a Worker of an older version", async () => {
    const { traffic, callers } = HEALTH;
    const server = await serve({ "GET /health": give(200, { status: "ok", traffic, callers }) });
    const { code, lines } = await cli(["doctor"], server);
    expect(code).toBe(1);
    expect(lines.slice(-3)).toEqual([
      expect.stringMatching(/^note {4}It has no ledger/),
      "PROBLEM POST /doctor: 404 There is nothing here (the Worker may be older than this command line)",
      "        See docs/runbook.md#worker-unreachable.",
    ]);
  });

  const WORKFLOW = {
    sms: { from: "Acme", fromByCountry: {}, shortCodeCountries: ["US", "CA"], fault: null },
    voice: { from: "447400123456", fault: null },
    countries: ["GB", "US"],
    numberTypes: { sms: ["mobile"], voice: ["mobile", "landline"] },
    defaultCountry: null,
    limits: {
      number: { messages: 5, seconds: 3600 },
      total: { messages: 2000, seconds: 3600 },
    },
    webhooks: {
      trust: "signed",
      seen: [
        { webhook: "delivery-receipt", outcome: "verified", count: 9, lastAt: "2026-11-23T11:58:00.000Z" },
        { webhook: "delivery-receipt", outcome: "forged", count: 3, lastAt: "2026-11-23T11:40:00.000Z" },
        { webhook: "inbound-sms", outcome: "unsigned", count: 2, lastAt: "2026-11-23T09:00:00.000Z" },
      ],
    },
    notes: [],
  };
  const workflow = async (change: object) => {
    const server = await serve({
      ...WELL,
      "POST /doctor": give(200, { ledger: true, keys: {}, twoFactor: { ...WORKFLOW, ...change } }),
    });
    const { code, lines } = await cli(["doctor"], server);
    return { code, lines: lines.slice(3) };
  };

  it("describes the setup of the workflow as docs/two-factor.md shows it", async () => {
    const { code, lines } = await workflow({});
    expect(readFileSync("docs/two-factor.md", "utf8")).toContain(`\n${lines.join("\n")}\n`);
    expect({ code, lines }).toEqual({
      code: 0,
      lines: [
        "ok      Texts come from Acme, and from the account's short code in US and CA.",
        "ok      Calls come from 447400123456.",
        "ok      Codes go to GB, US.",
        "ok      Texts go to mobile numbers, calls to mobile and landline numbers; without + a number is read as one with its country code.",
        "ok      Limits: number 5, total 2000 messages an hour.",
        "ok      Delivery receipts at /webhooks/delivery-receipt: the last verified 2 minutes ago.",
        "ok      Replies at /webhooks/inbound-sms: none yet; refused: 2 unsigned, the last 3 hours ago.",
        "ok      Events of calls at /webhooks/voice-event: none yet.",
      ],
    });
  });

  it("lists problems first, and fails only for those that prevent sending", async () => {
    const notes = [{ name: "WEBHOOK_SIGNATURE_SECRET", detail: "is set, but none came. Point them there" }];
    const noted = await workflow({ notes });
    expect(noted.code).toBe(0);
    expect(noted.lines.slice(0, 2)).toEqual([
      "note    WEBHOOK_SIGNATURE_SECRET is set, but none came.",
      "        Point them there.",
    ]);
    const voice = { from: "447400123456", fault: "VOICE_PRIVATE_KEY is no RSA private key" };
    const broken = await workflow({ voice, notes });
    expect(broken.code).toBe(1);
    expect(broken.lines[0]).toBe("PROBLEM VOICE_PRIVATE_KEY is no RSA private key.");
  });

  it("names variables that look like settings", async () => {
    const notes = [{ name: "SMS_FORM", detail: "is not a setting; did you mean SMS_FROM?" }];
    const server = await serve({ ...WELL, "POST /doctor": give(200, { ledger: true, keys: {}, notes }) });
    const { code, lines } = await cli(["doctor"], server);
    expect(code).toBe(0);
    expect(lines).toContain("note    SMS_FORM is not a setting; did you mean SMS_FROM?");
  });

  const COUNTRIES = "AT BE CH DE DK ES FI FR GB IE IT NL NO".split(" ");
  it.each<[object, string]>([
    [{ sms: null }, "No texts are sent: SMS_FROM is not set."],
    [
      { sms: { from: null, fromByCountry: {}, shortCodeCountries: [], fault: null } },
      "Texts come from a sender of your own.",
    ],
    [
      { sms: { from: null, fromByCountry: {}, shortCodeCountries: ["US"], fault: null } },
      "Texts come from the account's short code in US.",
    ],
    [
      { sms: { from: "Acme", fromByCountry: {}, shortCodeCountries: [], fault: null } },
      "Texts come from Acme.",
    ],
    [
      {
        sms: {
          from: "Acme",
          fromByCountry: { US: "12015550100", CA: "12015550100", IN: "ACMEIN" },
          shortCodeCountries: [],
          fault: null,
        },
      },
      "Texts come from Acme, and from 12015550100 in US and CA, and from ACMEIN in IN.",
    ],
    [{ voice: null }, "No calls are made: VOICE_APPLICATION_ID is not set."],
    [{ voice: { from: null, fault: null } }, "Calls come from a sender of your own."],
    [
      { defaultCountry: "GB", numberTypes: { sms: ["mobile"] } },
      "Texts go to mobile numbers, calls to no numbers; without + a number is read as one of GB.",
    ],
    [{ countries: ["*"] }, "Codes go to every country."],
    [{ countries: ["*", "-RU", "-KP"] }, "Codes go to every country but RU, KP."],
    [{ countries: COUNTRIES }, "Codes go to 13 countries."],
    [
      { limits: { number: { messages: 5, seconds: 3600 }, total: { messages: 9, seconds: 86_400 } } },
      "Limits: number 5 an hour, total 9 a day.",
    ],
    [
      { limits: { number: { messages: 5, seconds: 90 } } },
      "Limits: number 5 messages in 1 minute 30 seconds.",
    ],
    [
      { webhooks: { trust: "signed", seen: null } },
      "Webhooks: it is unknown at the moment which ones arrived.",
    ],
    [
      {
        webhooks: {
          trust: "unsigned",
          seen: [
            { webhook: "inbound-sms", outcome: "believed", count: 1, lastAt: "2026-11-23T11:59:30.000Z" },
            { webhook: "inbound-sms", outcome: "messages_api", count: 4, lastAt: "2026-11-23T11:59:40.000Z" },
          ],
        },
      },
      "Replies at /webhooks/inbound-sms: the last believed just now; refused: 4 of the Messages API, the last just now.",
    ],
  ])("for %j it prints: %s", async (change, line) => {
    expect((await workflow(change)).lines).toContain(`ok      ${line}`);
  });

  it("does not describe disabled webhooks, except in a note", async () => {
    const { lines } = await workflow({ webhooks: { trust: "none", seen: [] } });
    expect(lines.filter((line) => line.includes("/webhooks/"))).toEqual([]);
  });

  it("prints its findings and the Worker's answers as one JSON object", async () => {
    const server = await serve(keys("not_enabled", "402"));
    const { code, lines } = await cli(["doctor", "--json"], server);
    expect(code).toBe(1);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        ok: false,
        endpoint: server.endpoint,
        findings: [
          expect.objectContaining({ level: "ok" }),
          expect.objectContaining({ level: "ok" }),
          expect.objectContaining({ level: "ok" }),
          {
            level: "problem",
            text: expect.stringMatching(/^The Conversion API is not enabled/),
            more: [],
            runbook: "docs/runbook.md#upstream-not-enabled",
          },
        ],
        health: HEALTH,
        doctor: { ledger: true, keys: { "2fa": { verdict: "not_enabled", reason: "402" } } },
        stats: CALM,
      },
    ]);
  });
});

describe("a failing request to the Worker", () => {
  const COMMANDS = ["reports", "retry --all", "stats"];

  it.each(COMMANDS)("with a wrong admin key is explained by %s", async (line) => {
    const server = await serve();
    const { code, out, err } = await cli(line.split(" "), { ...server, key: WRONG_KEY });
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(
      /^GET \/\w+: the Worker refused the admin key \(401\): VONAGE_CONVERSION_ADMIN_KEY must be one of the keys in/,
    );
    expect(err).not.toContain(WRONG_KEY);
  });

  it.each(COMMANDS)("without a ledger is explained by %s", async (line) => {
    const none: Route = () => problem("no-ledger", 501, "This Worker runs without a ledger");
    const server = await serve({ "GET /reports": none, "GET /stats": none });
    const { code, out, err } = await cli(line.split(" "), server);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/this Worker has no ledger \(501\): there are no reports to list/);
  });

  it("is explained by the settings that the Worker lacks", async () => {
    const missing = ["TOKEN_SECRETS"];
    const server = await serve({
      "GET /stats": () => problem("not-configured", 503, "Not configured", { missing }),
    });
    const { code, err } = await cli(["stats"], server);
    expect(code).toBe(1);
    expect(err).toBe(
      "GET /stats: the configuration of the Worker is incomplete (503):\n" +
        "  TOKEN_SECRETS is missing: npx wrangler secret put TOKEN_SECRETS\n",
    );
  });

  it("is explained by the refused parameters", async () => {
    const errors = [{ parameter: "cursor", detail: "is not known" }];
    const server = await serve({
      "GET /reports": () => problem("invalid-parameters", 400, "Refused", { errors }),
    });
    expect((await cli(["reports"], server)).err).toBe("GET /reports: 400 Refused\n  cursor is not known\n");
  });

  it.each<[string, Route]>([
    ["before the answer", () => undefined],
    [
      "in the middle of the answer",
      (_, { response }) => {
        response.writeHead(200, { "content-type": "application/json" }).write('{"shards":');
        return undefined;
      },
    ],
  ])("times out on a server that hangs %s", async (_, route) => {
    const server = await serve({ "GET /stats": route });
    const started = performance.now();
    const { code, out, err } = await cli(["stats"], { ...server, timeout: 200 });
    expect(performance.now() - started).toBeLessThan(2000);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toBe(
      "GET /stats: no answer within 0.2 seconds. Check the network and the endpoint, and try again.\n",
    );
  });

  it("warns that an unanswered retry may have been accepted", async () => {
    const server = await serve({ "POST /reports/:name/retry": () => undefined });
    const { code, err } = await cli(["retry", "sms", "m-1"], { ...server, timeout: 200 });
    expect(code).toBe(1);
    expect(err).toMatch(/no answer within 0\.2 seconds\. The report may have been accepted/);
  });

  it("follows no redirect, so that the key goes to no other server", async () => {
    const elsewhere = await serve({ "GET /stats": give(200, STATS) });
    const server = await serve({
      "GET /stats": (_, { response }) => {
        response.writeHead(307, { location: `${elsewhere.endpoint}/stats?token=canary` }).end();
        return undefined;
      },
    });
    const { code, out, err } = await cli(["stats"], server);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toBe(
      `GET /stats: redirected (307) to ${elsewhere.endpoint}/stats. Redirects are not followed, because they would ` +
        "receive the admin key; check the endpoint.\n",
    );
    expect(elsewhere.asked).toEqual([]);
  });

  it.each([
    [200, "Check the endpoint"],
    [403, "Check the endpoint"],
    [502, "The Worker may have failed"],
  ])("prints nothing of an HTML page with status %i", async (status, advice) => {
    const server = await serve({
      "GET /stats": (_, { response }) => {
        response.writeHead(status, { "content-type": "text/html" }).end("<h1>canary page</h1>");
        return undefined;
      },
    });
    const { code, out, err } = await cli(["stats"], server);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(
      `GET /stats: ${status}, with an answer that this version does not understand. ${advice}`,
    );
    expect(err).not.toContain("canary page");
  });

  it.each([
    ["another shape", { shards: "many" }],
    ["nothing", null],
    ["another service's problem", { type: "about:blank", title: "canary", status: 400 }],
  ])("does not accept JSON of %s as an answer", async (_, body) => {
    const server = await serve({ "GET /stats": give(200, body) });
    const { code, out, err } = await cli(["stats"], server);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^GET \/stats: 200, with an answer that this version does not/);
    expect(err).not.toContain("canary");
  });

  it("gives advice when nothing listens at the endpoint", async () => {
    const server = await serve();
    await server.close();
    const { code, err } = await cli(["stats"], server);
    expect(code).toBe(1);
    expect(err).toBe(
      "GET /stats: nothing listens there; check that the Worker is running, and the endpoint. (ECONNREFUSED)\n",
    );
  });

  it("never prints the admin key, even if the server echoes it", async () => {
    const server = await serve({
      "GET /stats": ({ authorization }) => problem("internal", 500, `You sent ${authorization}`),
    });
    // `cli` searches the output for the key.
    expect((await cli(["stats"], server)).err).toBe("GET /stats: 500 You sent Bearer [admin key]\n");
  });
});

describe("the command line in a child process", () => {
  it("prints to stdout and exits with 0", async () => {
    const server = await serve({ "GET /reports": list(deadReport("m-1")) });
    const { code, out, err } = await spawnCli(["reports"], { VONAGE_CONVERSION_ENDPOINT: server.endpoint });
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^channel {2}message id[\s\S]*\n1 dead report\.\n$/);
    expect(server.asked[0]?.authorization).toBe(`Bearer ${ADMIN_KEY}`);
  });

  it("exits with 1 at once after a redirect, even if the server goes on sending", async () => {
    const server = await serve({
      "GET /stats": (_, { response }) => {
        response.writeHead(302, { location: "/login" }).write("…");
        return undefined;
      },
    });
    const started = Date.now();
    const { code, out, err } = await spawnCli(["stats", "--endpoint", server.endpoint]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/redirected \(302\)/);
    expect(Date.now() - started).toBeLessThan(8000);
  });

  it("exits with 2 after wrong usage", async () => {
    const { code, out, err } = await spawnCli(["stats", "--key", ADMIN_KEY]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/^The admin key must not be an argument/);
  });

  it("exits quietly when the reader closes the pipe", async () => {
    const reports = Array.from({ length: 3000 }, (_, index) => deadReport(`m-${index}`));
    const server = await serve({ "GET /reports": list(...reports) });
    const child = spawn(
      "sh",
      ["-c", '"$0" adapters/cli/index.ts reports --json --limit 0 | head -n 1', process.execPath],
      {
        env: {
          ...process.env,
          VONAGE_CONVERSION_ADMIN_KEY: ADMIN_KEY,
          VONAGE_CONVERSION_ENDPOINT: server.endpoint,
        },
      },
    );
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    await new Promise((resolve) => child.once("close", resolve));
    expect(JSON.parse(out)).toEqual(reports[0]);
    expect(err).toBe("");
  });
});

const share = (count: number, of: number, more: object = { share: null, low: null, high: null }) => ({
  count,
  of,
  ...more,
});
const METRICS = {
  sent: 73,
  settled: 70,
  pending: 3,
  converted: 41,
  conversion: share(41, 70, { share: 0.5857, low: 0.4688, high: 0.6937 }),
  refused: { total: 2, byStatus: { "9": 2 } },
  receipts: { delivered: 60 },
  timeToConvert: { p50: 9.5, p90: 31, buckets: [] },
  cost: { currency: "EUR", total: 2.331, priced: 70 },
};
const FEW = {
  ...METRICS,
  sent: 3,
  settled: 3,
  conversion: share(3, 3),
  receipts: { delivered: 3 },
  timeToConvert: { p50: null },
  cost: { total: 0, priced: 0 },
};
const INSIGHT = {
  from: "2026-11-22T12:00:00.000Z",
  to: "2026-11-23T12:00:00.000Z",
  step: 3600,
  by: ["country", "network"],
  total: METRICS,
  series: [],
  groups: [
    {
      segment: { country: "GB", network: "23410" },
      metrics: METRICS,
      baseline: { share: 0.86, source: "own" },
      score: 0.6,
      alarms: ["drop:2fa/sms/GB/23410:1"],
    },
    {
      segment: { country: "US", network: "" },
      metrics: FEW,
      baseline: { share: 0.8, source: "default" },
      score: 0.9,
      alarms: [],
    },
  ],
  folded: 0,
};
const ALARM = {
  id: "drop:2fa/sms/GB/23410:1",
  rule: "drop",
  severity: "critical",
  cause: "false-receipts",
  segment: { traffic: "2fa", channel: "sms", country: "GB", network: "23410" },
  since: "2026-11-23T11:00:00.000Z",
  endedAt: null,
  summary: "Conversion fell to 31 of 90.",
  nextStep: "Ask Vonage to exclude this carrier.",
  figures: {},
  paused: null,
};

describe("insight", () => {
  it("prints counts beside percentages and intervals, and no percentage of a few messages", async () => {
    const { endpoint, asked } = await serve({ "GET /insight": give(200, INSIGHT) });
    const { code, lines } = await cli(["insight"], { endpoint });
    expect(code).toBe(0);
    expect(lines).toEqual([
      "Messages sent from 2026-11-22 12:00:00 to 2026-11-23 12:00:00 (UTC), the worst route first:",
      "",
      "country  network  sent  converted               usual  receipts say delivered  median s  cost EUR  alarms",
      "GB       23410      73  41 of 70 (59 %, 47–69)  86 %   60 of 70                10        2.33      1",
      "US       unknown     3  3 of 3                  80 %   3 of 3                  -         -         -",
      "",
      "All together: 41 of 70 (59 %, 47–69) converted, 3 pending, 2 refused.",
    ]);
    expect(targets(asked)).toEqual(["GET /insight"]);
  });

  it("passes its options on, and understands durations such as 24h", async () => {
    const { endpoint, asked } = await serve({ "GET /insight": give(200, INSIGHT) });
    await cli(["insight", "--by", "country", "--from", "24h", "--to", "2026-11-23T11:00:00Z"], { endpoint });
    const from = NOW / 1000 - 86_400;
    expect(targets(asked)).toEqual([`GET /insight?by=country&from=${from}&to=2026-11-23T11%3A00%3A00Z`]);
  });

  it("prints the Worker's JSON or CSV", async () => {
    const { endpoint } = await serve({
      "GET /insight": (_, { request, response }) => {
        if (!request.headers.accept?.startsWith("text/csv")) return [200, INSIGHT];
        response.writeHead(200, { "content-type": "text/csv" }).end("country,sent\r\nGB,73\r\n");
        return undefined;
      },
    });
    const json = await cli(["insight", "--json"], { endpoint });
    expect(JSON.parse(json.out)).toEqual(INSIGHT);
    expect((await cli(["insight", "--csv"], { endpoint })).lines).toEqual(["country,sent", "GB,73"]);
  });

  it("says that nothing was sent, and that groups were merged", async () => {
    const nothing = { ...INSIGHT, total: { ...METRICS, sent: 0 }, groups: [] };
    const one = await serve({ "GET /insight": give(200, nothing) });
    expect((await cli(["insight"], one)).out).toMatch(/\(UTC\): none\.\n$/);
    const many = await serve({ "GET /insight": give(200, { ...INSIGHT, folded: 12 }) });
    expect((await cli(["insight"], many)).lines.at(-1)).toMatch(/^12 groups are merged/);
  });

  it("explains a Worker without Insight, and invalid parameters", async () => {
    const without = await serve({ "GET /insight": () => problem("no-insight", 501, "No figures") });
    expect(await cli(["insight"], without)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/bind INSIGHT/),
    });
    const errors = [{ parameter: "by", detail: "must be some of traffic,channel,country,network" }];
    const faulty = await serve({
      "GET /insight": () => problem("invalid-parameters", 400, "Wrong", { errors }),
    });
    expect((await cli(["insight", "--by", "planet"], faulty)).err).toContain("  by must be some of");
  });

  it.each([
    [["insight", "everything"], /^insight accepts only options, or backtest and one file\./],
    [["insight", "backtest"], /^insight backtest needs one file\./],
    [["insight", "backtest", "a.csv", "b.csv"], /^insight backtest needs one file\./],
    [["insight", "backtest", "a.csv", "--by", "country"], /^insight backtest does not accept --by\./],
    [["insight", "--json", "--csv"], /^--json and --csv exclude each other\./],
    [["insight", "--all"], /^insight does not accept --all\./],
    [["alarms", "--by", "country"], /^alarms does not accept --by\./],
  ])("refuses %j as wrong usage", async (argv, message) => {
    const { code, out, err } = await cli(argv, { endpoint: "https://worker.example" });
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(message);
  });
});

describe("alarms", () => {
  const ended = { ...ALARM, id: "spend::1", endedAt: "2026-11-23T11:30:00.000Z", segment: {} };

  it("prints cause and next step, and exits with 1 so that scripts can act", async () => {
    const paused = { ...ALARM, paused: { until: "2026-11-23T13:00:00.000Z" } };
    const { endpoint, asked } = await serve({
      "GET /insight/alarms": give(200, { alarms: [paused, ended] }),
    });
    const { code, lines } = await cli(["alarms"], { endpoint });
    expect(code).toBe(1);
    expect(lines).toEqual([
      "CRITICAL drop, 2fa/sms/GB/23410, open since 2026-11-23 11:00:00 (1 hour)",
      "  Conversion fell to 31 of 90.",
      "  Cause: false-receipts. Ask Vonage to exclude this carrier.",
      "  See docs/runbook.md#alarm-drop.",
      "  No new codes go there until 2026-11-23 13:00:00.",
      "",
      "CRITICAL drop, everywhere, from 2026-11-23 11:00:00 to 2026-11-23 11:30:00",
      "  Conversion fell to 31 of 90.",
      "  Cause: false-receipts. Ask Vonage to exclude this carrier.",
      "  See docs/runbook.md#alarm-drop.",
    ]);
    expect(targets(asked)).toEqual(["GET /insight/alarms?state=open"]);
  });

  it.each([
    ["none", [], 0],
    ["one that has ended", [ended], 0],
    ["information", [{ ...ALARM, severity: "info" }], 0],
    ["a warning", [{ ...ALARM, severity: "warning" }], 1],
  ])("exits with the right code for %s", async (_, alarms, code) => {
    const server = await serve({ "GET /insight/alarms": give(200, { alarms }) });
    expect((await cli(["alarms", "--all"], server)).code).toBe(code);
  });

  it("prints one JSON object per line, and says that there are no alarms", async () => {
    const server = await serve({ "GET /insight/alarms": give(200, { alarms: [ALARM, ended] }) });
    const { lines } = await cli(["alarms", "--json", "--all"], server);
    expect(lines.map((line) => JSON.parse(line))).toEqual([ALARM, ended]);
    const none = await serve({ "GET /insight/alarms": give(200, { alarms: [] }) });
    expect((await cli(["alarms"], none)).out).toBe("No alarm is open.\n");
  });
});

describe("insight backtest", () => {
  const folder = mkdtempSync(join(tmpdir(), "backtest-"));
  const path = join(folder, "messages.csv");
  afterAll(() => rmSync(folder, { recursive: true }));
  /** Nine of ten users convert for four days. Then comes a flood of messages without conversions. */
  const table = () => {
    const start = Date.parse("2026-11-02T00:00:00Z") / 1000;
    const normal = Array.from({ length: 4 * 24 * 20 }, (_, index) => [start + index * 180, index % 10 !== 0]);
    const flood = Array.from({ length: 400 }, (_, index) => [start + 4 * 86_400 + index * 9, false]);
    const rows = [...normal, ...flood].map(([at, converted]) => `${at},${converted},GB,23410,delivered`);
    return ["time,outcome,country,network,receipt", ...rows].join("\n");
  };

  it("prints the alarms that a table would have raised, without a Worker", async () => {
    writeFileSync(path, table());
    const { code, out, err } = await cli(["insight", "backtest", path], { key: undefined });
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/CRITICAL .*GB/);
    expect(out).toMatch(/\n2320 messages, \d+ alarms?\.\n$/);
    const { lines } = await cli(["insight", "backtest", path, "--json"], { key: undefined });
    expect(lines.map((line) => JSON.parse(line).cause)).toContain("pumping");
  });

  it.each([
    ["a missing file", "nowhere.csv", undefined, /^The file cannot be read \(ENOENT\)\./],
    [
      "a file without the columns",
      "empty.csv",
      "a,b\n1,2\n",
      /^The table cannot be read: .*column time is missing/,
    ],
  ])("refuses %s", async (_, name, content, message) => {
    const file = join(folder, name);
    if (content !== undefined) writeFileSync(file, content);
    expect(await cli(["insight", "backtest", file])).toMatchObject({
      code: 2,
      err: expect.stringMatching(message),
    });
  });
});
