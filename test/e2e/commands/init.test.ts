// `vonage-conversion init`, from the packed package: the files, and the way of a newcomer to a sign-in.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unstable_readConfig as readConfig } from "wrangler";
import { formatWranglerToml } from "../../../adapters/cli/init/wrangler-toml.ts";
import { eventually } from "../../support/eventually.ts";
import { findFreePort } from "../../support/free-port.ts";
import { type Installed, installPackage, type Running } from "./installed.ts";

let installed: Installed;
beforeAll(() => {
  installed = installPackage();
});
afterAll(() => installed?.remove());

const FILES = [".dev.vars", ".gitignore", "package.json", "sandbox.vars", "src/index.ts", "wrangler.toml"];

async function init(folder: string, ...args: string[]): Promise<Running & { readonly code: number | null }> {
  const running = installed.start(["init", folder, ...args]);
  return { ...running, code: await running.ended };
}

const read = (folder: string, path: string) => readFileSync(join(installed.folder, folder, path), "utf8");

const list = (folder: string): string[] =>
  readdirSync(join(installed.folder, folder), { recursive: true, encoding: "utf8" }).filter((path) =>
    statSync(join(installed.folder, folder, path)).isFile(),
  );

it("init writes a Worker that depends on the tarball that it was installed from", async () => {
  const { code, out } = await init("one worker", "--yes", "--no-install");
  expect(code).toBe(0);
  const copy = /^wrote (vendor\/vonage-conversion-\S+\.tgz)$/m.exec(out())?.[1] ?? "";
  expect(list("one worker").sort()).toEqual([...FILES, copy].sort());
  expect(readFileSync(join(installed.folder, "one worker", copy))).toEqual(readFileSync(installed.tarball));
  const { name, dependencies, devDependencies } = JSON.parse(read("one worker", "package.json"));
  expect(name).toBe("one-worker");
  expect(dependencies).toEqual({ "vonage-conversion": `file:${copy}` });
  // The version that the tests run.
  const tested = JSON.parse(readFileSync("package.json", "utf8")).devDependencies.wrangler;
  expect(devDependencies).toEqual({ wrangler: tested });
});

it("init makes new secrets at each run, which git ignores and only their owner can read", async () => {
  await init("secret-1", "--yes", "--no-install");
  await init("secret-2", "--yes", "--no-install");
  const secrets = ["secret-1", "secret-2"].flatMap((folder) => {
    const lines = read(folder, ".dev.vars").matchAll(/^([A-Z_0-9]+)="\w+:([\w-]{48})"$/gm);
    return [...lines].map(([, name, secret]) => [name, secret] as const);
  });
  const names = ["PROXY_KEYS_2FA", "ADMIN_KEYS", "TOKEN_SECRETS", "TWO_FACTOR_SECRETS"];
  expect(secrets.map(([name]) => name)).toEqual([...names, ...names]);
  expect(new Set(secrets.map(([, secret]) => secret)).size).toBe(8);
  expect(statSync(join(installed.folder, "secret-1/.dev.vars")).mode & 0o777).toBe(0o600);
  expect(read("secret-1", ".gitignore").split("\n")).toContain(".dev.vars*");
  const others = FILES.filter((path) => path !== ".dev.vars").map((path) => read("secret-1", path));
  for (const [, secret = "?"] of secrets) expect(others.join("\n")).not.toContain(secret);
});

it("init overwrites nothing at a second run, and says so", async () => {
  await init("twice", "--yes", "--no-install");
  writeFileSync(join(installed.folder, "twice/src/index.ts"), "// mine\n");
  const before = list("twice").map((path) => [path, read("twice", path)]);
  const { code, out } = await init("twice", "--yes", "--no-install", "--brand=Other");
  expect(code).toBe(0);
  expect(out()).toMatch(/^kept {2}src\/index\.ts, which exists$/m);
  expect(out()).toMatch(/^Nothing was written: every file exists\.$/m);
  expect(list("twice").map((path) => [path, read("twice", path)])).toEqual(before);
});

it("init leaves the package.json of a project that exists, and says what it needs", async () => {
  mkdirSync(join(installed.folder, "older"));
  writeFileSync(join(installed.folder, "older/package.json"), "{}\n");
  const { code, out } = await init("older", "--yes");
  expect(code).toBe(0);
  expect(read("older", "package.json")).toBe("{}\n");
  expect(out()).toMatch(/^ {2}npm install file:vendor\/vonage-conversion-\S+\.tgz$/m);
  expect(out()).toMatch(/^ {2}npm install --save-dev wrangler@\d/m);
});

it("init prints the commands for production in their order, with a shell's quotes around a folder's blanks", async () => {
  const { out } = await init("it's mine", "--yes", "--no-install", "--name=codes");
  const commands = out()
    .slice(out().indexOf("In production"))
    .split("\n")
    .slice(1, -1)
    .map((line) => line.trim());
  expect(commands).toEqual([
    "cd 'it'\\''s mine'",
    "npx wrangler login",
    "npx wrangler secret put VONAGE_2FA_API_KEY",
    "npx wrangler secret put VONAGE_2FA_API_SECRET",
    "npx wrangler secret bulk .dev.vars",
    "npx wrangler deploy",
    "export VONAGE_CONVERSION_ENDPOINT=https://codes.YOUR-SUBDOMAIN.workers.dev   # wrangler deploy prints it",
    `export VONAGE_CONVERSION_ADMIN_KEY=$(sed -n 's/^ADMIN_KEYS="operator:\\(.*\\)"$/\\1/p' .dev.vars)`,
    "npx vonage-conversion doctor",
  ]);
});

it.each([
  [["--countries=Germany"], 2, /--countries must be country codes such as GB US DE/],
  [["--name=Not A Name"], 2, /--name must be 1 to 63 lower-case letters/],
  [["--sms-from=much too long a name"], 2, /--sms-from must be a number/],
  [["another"], 2, /init accepts one folder/],
])("init %j is refused, and writes nothing", async (args, expected, reason) => {
  const { code, err } = await init("refused", "--yes", "--no-install", ...args);
  expect([code, existsSync(join(installed.folder, "refused"))]).toEqual([expected, false]);
  expect(err()).toMatch(reason);
});

it("init says so if it cannot write", async () => {
  writeFileSync(join(installed.folder, "a-file"), "");
  const { code, err } = await init("a-file/worker", "--yes", "--no-install");
  expect(code).toBe(1);
  expect(err()).toMatch(
    /a-file\/worker cannot be written \(ENOTDIR\)\. Choose a folder that this user may write\./,
  );
});

describe("the wrangler.toml that init writes", () => {
  const template = readFileSync("wrangler.toml", "utf8");
  const project = {
    name: "my-codes",
    brand: 'Tom "$1" & Söhne',
    countries: "DE AT",
    smsFrom: "Soehne",
    port: 8787,
  };

  /** Reads a wrangler.toml as wrangler does. */
  function parse(text: string) {
    const folder = join(installed.folder, "parsed");
    mkdirSync(join(folder, "src"), { recursive: true });
    writeFileSync(join(folder, "wrangler.toml"), text);
    return readConfig({ config: join(folder, "wrangler.toml") });
  }

  it("has the bindings, migrations and limits of this repository's, and its own names", () => {
    const [ours, theirs] = [parse(template), parse(formatWranglerToml(template, project))];
    for (const key of [
      ...([
        "compatibility_date",
        "compatibility_flags",
        "durable_objects",
        "migrations",
        "triggers",
      ] as const),
      ...(["observability", "ratelimits", "workers_dev", "preview_urls"] as const),
    ]) {
      expect(theirs[key], key).toEqual(ours[key]);
      expect(theirs[key], key).toBeDefined();
    }
    expect([theirs.name, theirs.build.command]).toEqual(["my-codes", undefined]);
    expect(theirs.assets?.directory).toContain("node_modules/vonage-conversion/dist/assets");
    const named = { TWO_FACTOR_BRAND: project.brand, TWO_FACTOR_COUNTRIES: "DE AT", SMS_FROM: "Soehne" };
    expect(theirs.vars).toEqual({ ...ours.vars, ...named });
  });
});

it("init --yes ends with a Worker that answers; npm run dev and npm run sandbox then sign a user in", async () => {
  const [port, sandboxPort] = [await findFreePort(), await findFreePort()];
  const { code, out, err } = await init("newcomer", "--yes", "--countries=GB", `--port=${port}`);
  expect([code, err()]).toEqual([0, ""]);
  expect(out()).toContain(`GET http://localhost:${port}/health answered 200. It is stopped again.`);
  await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();

  // The sandbox has the port after the Worker's. That one may be taken here, so both sides get another one.
  const folder = join(installed.folder, "newcomer");
  const vars = join(folder, "sandbox.vars");
  writeFileSync(vars, read("newcomer", "sandbox.vars").replaceAll(`:${port + 1}"`, `:${sandboxPort}"`));
  const { scripts } = JSON.parse(read("newcomer", "package.json"));
  expect(scripts.sandbox).toBe(`vonage-conversion sandbox --no-worker --port ${port}`);
  const [, , ...args] = `${scripts.sandbox} --sandbox-port ${sandboxPort}`.split(" ");
  const sandbox = installed.start(["sandbox", ...args], { cwd: folder });
  await sandbox.until("Your Worker is expected at");
  const dev = startDev(folder);
  try {
    const url = `http://127.0.0.1:${sandboxPort}`;
    await eventually(async () => expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200));
    await signIn(url);
    await eventually(async () => {
      const { reports } = (await (await fetch(`${url}/sandbox/reports`)).json()) as { reports: object[] };
      expect(reports).toMatchObject([{ delivered: true }]);
    });
  } finally {
    await dev.stop();
  }
}, 180_000);

/** Runs `npm run dev` in a process group of its own, because npm starts a shell, which starts wrangler. */
function startDev(folder: string) {
  const child = spawn("npm", ["run", "dev"], { cwd: folder, detached: true, stdio: "ignore" });
  const ended = new Promise((resolve) => child.once("close", resolve));
  return {
    stop: async () => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
      await ended;
    },
  };
}

/** Signs in on the page: its application is the project's own, with the key of .dev.vars. */
async function signIn(url: string): Promise<void> {
  let cookie = "";
  const act = async (path: string, input: object) => {
    const headers = { "content-type": "application/json", cookie };
    const answer = await fetch(`${url}/app/${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(input),
    });
    cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? cookie;
    return (await answer.json()) as { challenge: { state: string }; error?: string };
  };
  expect(await act("start", { number: "+447400123456", channel: "sms" })).not.toHaveProperty("error");
  const code = await eventually(async () => {
    const handset = await fetch(`${url}/sandbox/handset?number=447400123456`);
    const { messages } = (await handset.json()) as { messages: { text: string }[] };
    return /^\d{6}/.exec(messages[0]?.text ?? "")?.[0] ?? Promise.reject(new Error("no code"));
  });
  expect((await act("check", { code })).challenge.state).toBe("verified");
}
