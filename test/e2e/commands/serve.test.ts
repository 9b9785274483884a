// `vonage-conversion serve`, from the packed package: settings, storage, kills, and the backup steps of the documentation.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createConversionClient } from "../../../src/index.ts";
import { eventually } from "../../support/eventually.ts";
import { findFreePort } from "../../support/free-port.ts";
import { ADMIN_KEY, bindingsFor, PROXY_KEY } from "../../support/local-stack.ts";
import { type SandboxServer, startSandboxServer } from "../../support/sandbox-server.ts";
import { childrenOf, type Installed, installPackage, type Running } from "./installed.ts";

let installed: Installed;
beforeAll(() => {
  installed = installPackage();
});
afterAll(() => installed?.remove());

interface Served {
  readonly running: Running;
  readonly url: string;
  readonly storage: string;
  /** Starts it again, with the same storage and port. */
  again(): Promise<Running>;
}

let count = 0;

/** Starts the Worker with Vonage at `upstream`. Its settings are in a file. */
async function serve(upstream: string, args: readonly string[] = []): Promise<Served> {
  const port = await findFreePort();
  const name = `storage ${++count}`;
  const file = join(installed.folder, `${name}.env`);
  writeFileSync(file, toEnvFile(bindingsFor(upstream)));
  const all = [
    "serve",
    `--port=${port}`,
    "--storage",
    name,
    "--settings",
    file,
    "--private-network",
    ...args,
  ];
  const start = async () => {
    const running = installed.start(all);
    await running.until("Serving http://");
    return running;
  };
  return {
    running: await start(),
    url: `http://127.0.0.1:${port}`,
    storage: join(installed.folder, name),
    again: start,
  };
}

const toEnvFile = (settings: Readonly<Record<string, string>>) =>
  Object.entries(settings)
    .map(([name, value]) => `${name}="${value}"\n`)
    .join("");

/** Reports by the client, and gives the status that it was told. */
const report = async (endpoint: string, messageId: string): Promise<string> =>
  (await createConversionClient({ endpoint, key: PROXY_KEY.key }).sms({ messageId, delivered: true })).status;

const countReports = async (url: string) => {
  const headers = { authorization: `Bearer ${ADMIN_KEY.key}` };
  return (await (await fetch(`${url}/stats`, { headers })).json()) as { reports: Record<string, number> };
};

/** Kills it with everything that it started, as a power failure does. */
async function killAll({ process: { pid }, ended }: Running): Promise<void> {
  const all = [...childrenOf(pid), pid];
  for (const one of all) if (one !== undefined) process.kill(one, "SIGKILL");
  await ended;
}

async function withSandbox(test: (upstream: SandboxServer) => Promise<void>): Promise<void> {
  const upstream = await startSandboxServer();
  try {
    await test(upstream);
  } finally {
    await upstream.close();
  }
}

const recorded = ({ sandbox }: SandboxServer) => sandbox.reports().map(({ messageId }) => messageId);

it("serve names every setting that is missing, and does not start", async () => {
  const running = installed.start(["serve", `--port=${await findFreePort()}`, "--storage=none"]);
  expect(await running.ended).toBe(1);
  expect(running.err()).toContain(
    "Settings of the Worker are missing or wrong:\n  VONAGE_2FA_API_KEY is missing\n  VONAGE_2FA_API_SECRET is missing\n",
  );
});

it("serve takes settings from the environment before those of files, and names misspelt ones", async () => {
  const file = join(installed.folder, "wrong.env");
  writeFileSync(
    file,
    `${toEnvFile(bindingsFor("https://api.nexmo.com"))}LEDGER_SHARD="4"\nREPORT_BUDGET_MS="2000"\n`,
  );
  const args = ["serve", `--port=${await findFreePort()}`, "--storage=none", "--settings=wrong.env"];
  const running = installed.start(args, {
    env: { REPORT_BUDGET_MS: "0", SMS_SOMETHING: "of another program" },
  });
  expect(await running.ended).toBe(1);
  expect(running.err()).toMatch(
    /^ {2}REPORT_BUDGET_MS must be .*\n {2}LEDGER_SHARD is not a setting; did you mean LEDGER_SHARDS\?\n$/m,
  );
});

it.each([
  [["--settings=missing.env"], /missing\.env cannot be read \(ENOENT\)/],
  [["--settings=private.env"], /VONAGE_BASE_URL is an address of a private network.*--private-network/],
  [
    ["--storage=private.env/storage"],
    /private\.env\/storage cannot be used as storage \(ENOTDIR\).*--storage DIR/,
  ],
  [[`--storage=/${"long".repeat(30)}`], /path of the storage is too long: at most 89 bytes/],
])("serve %j is refused with a reason", async (args, reason) => {
  writeFileSync(join(installed.folder, "private.env"), "VONAGE_BASE_URL=http://10.0.0.1\n");
  const running = installed.start(["serve", `--port=${await findFreePort()}`, ...args]);
  expect(await running.ended).toBe(1);
  expect(running.err()).toMatch(reason);
});

it("serve keeps its storage to its user, and lets no second process use it", () =>
  withSandbox(async ({ url: upstream }) => {
    const { running, url, storage } = await serve(upstream);
    expect(await report(url, "0A00000000000001")).toBe("recorded");
    const open = ["", ...readdirSync(storage, { recursive: true, encoding: "utf8" })].filter(
      (path) => (statSync(join(storage, path)).mode & 0o077) !== 0,
    );
    expect(open).toEqual([]);
    const args = [`--port=${await findFreePort()}`, "--storage", storage, "--settings", `${storage}.env`];
    const second = installed.start(["serve", "--private-network", ...args]);
    expect(await second.ended).toBe(1);
    expect(second.err()).toMatch(/Another `vonage-conversion serve` uses .*stop the other one/);
    running.process.kill("SIGTERM");
    expect(await running.ended).toBe(0);
  }));

it("serve finishes a request under way when it is asked to end", async () => {
  let arrived = () => {};
  const hasArrived = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const slow = createServer((_, response) => {
    arrived();
    setTimeout(() => response.end(), 700);
  });
  await new Promise<void>((resolve) => slow.listen(0, "127.0.0.1", resolve));
  const { running, url } = await serve(`http://127.0.0.1:${(slow.address() as { port: number }).port}`);
  const answer = report(url, "0A00000000000002");
  await hasArrived;
  running.process.kill("SIGTERM");
  expect(await answer).toBe("recorded");
  expect(await running.ended).toBe(0);
  slow.close();
});

it(
  "a waiting report goes out after a kill, although its alarm was lost and its time had come",
  () =>
    withSandbox(async (upstream) => {
      const { running, url, storage, again } = await serve(upstream.url);
      await upstream.close();
      expect(await report(url, "0A00000000000003")).toBe("accepted");
      await killAll(running);
      loseAlarms(join(storage, "objects/Ledger"));
      await upstream.open();
      await again();
      await vi.waitFor(() => expect(recorded(upstream)).toEqual(["0A00000000000003"]), {
        timeout: 60_000,
        interval: 100,
      });
    }),
  90_000,
);

/** Deletes workerd's list of alarms, and lets an hour pass: each object knows an alarm that it waits for in vain. */
function loseAlarms(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith("metadata.")) rmSync(join(folder, name));
    if (!name.endsWith(".sqlite") || name.startsWith("metadata.")) continue;
    const database = new DatabaseSync(join(folder, name));
    const hasAlarm = database.prepare("SELECT 1 FROM sqlite_master WHERE name = '_cf_METADATA'").get();
    if (hasAlarm) database.exec("UPDATE _cf_METADATA SET value = value - 3600000000000");
    database.close();
  }
}

it("serve limits anonymous callers by the address of the connection, whatever their headers say", () =>
  withSandbox(async ({ url: upstream }) => {
    const { url } = await serve(upstream);
    expect(
      await floodHealth(url, (at) => ({
        "cf-connecting-ip": `192.0.2.${at}`,
        "x-forwarded-for": `192.0.2.${at}`,
      })),
    ).toBe(true);
  }));

it("serve limits anonymous callers by the last address in the header of a proxy", () =>
  withSandbox(async ({ url: upstream }) => {
    const { url } = await serve(upstream, ["--client-address-header", "X-Forwarded-For"]);
    const from = (address: string) => (at: number) => ({ "x-forwarded-for": `192.0.2.${at}, ${address}` });
    expect(await floodHealth(url, from("198.51.100.7"))).toBe(true);
    expect((await fetch(`${url}/health`, { headers: from("198.51.100.8")(1) })).status).toBe(200);
  }));

/** Asks more often than the limit allows, unless the period changes meanwhile: then twice as often. */
async function floodHealth(url: string, headersAt: (at: number) => Record<string, string>): Promise<boolean> {
  for (let at = 0; at < 110; at++) {
    const { status } = await fetch(`${url}/health`, { headers: headersAt(at % 250) });
    if (status === 429) return true;
  }
  return false;
}

it(
  "the backup and restore steps of the documentation keep every report",
  () =>
    withSandbox(async (upstream) => {
      const { running, url, storage, again } = await serve(upstream.url);
      await report(url, "0A00000000000004");
      await upstream.close();
      expect(await report(url, "0A00000000000005")).toBe("accepted");
      const env = { ...process.env, STORAGE: storage, BACKUP: join(installed.folder, "backup") };
      const perform = (step: string) =>
        execFileSync("bash", ["-euo", "pipefail", "-c", readStep(step)], { env });

      perform("backup-while-it-runs");
      running.process.kill("SIGTERM");
      expect(await running.ended).toBe(0);
      // The machine is lost.
      rmSync(storage, { recursive: true });
      perform("restore");
      await upstream.open();
      await again();
      await vi.waitFor(() => expect(recorded(upstream)).toContain("0A00000000000005"), {
        timeout: 60_000,
        interval: 100,
      });
      // Reports from before the backup are on record.
      expect(await report(url, "0A00000000000004")).toBe("duplicate");
      await eventually(async () => expect((await countReports(url)).reports).toMatchObject({ queued: 0 }));
    }),
  90_000,
);

/** Reads a script of docs/self-hosting.md, which follows a comment with its name. */
function readStep(name: string): string {
  const page = readFileSync("docs/self-hosting.md", "utf8");
  const [, script] = new RegExp(`<!-- ${name} -->\\n\`\`\`sh\\n([\\s\\S]*?)\`\`\``).exec(page) ?? [];
  if (script === undefined) throw new Error(`docs/self-hosting.md has no step ${name}.`);
  return script;
}
