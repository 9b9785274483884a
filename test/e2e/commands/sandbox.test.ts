// `vonage-conversion sandbox`, from the packed package.

import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createConversionClient } from "../../../src/index.ts";
import { mintReportToken } from "../../../src/token/index.ts";
import { createTwoFactorClient } from "../../../src/two-factor/index.ts";
import { eventually } from "../../support/eventually.ts";
import { findFreePort } from "../../support/free-port.ts";
import { type Installed, installPackage, type Running } from "./installed.ts";

interface Addresses {
  readonly endpoint: string;
  readonly vonage: string;
  readonly page: string;
  readonly console: string;
  readonly proxyKey: string;
  readonly adminKey: string;
  readonly tokenSecret: { readonly kid: string; readonly secret: string };
}

let installed: Installed;
beforeAll(() => {
  installed = installPackage();
});
afterAll(() => installed?.remove());

/** Starts it on free ports, and waits for its line of JSON. */
async function startSandbox(args: readonly string[] = []): Promise<[Running, Addresses]> {
  const [port, sandboxPort] = [await findFreePort(), await findFreePort()];
  const running = installed.start([
    "sandbox",
    "--json",
    `--port=${port}`,
    `--sandbox-port=${sandboxPort}`,
    ...args,
  ]);
  await running.until("}}\n");
  return [running, JSON.parse(running.out())];
}

/** Reads the code of the last text at a number's handset. */
const readCode = (vonage: string, number: string) =>
  eventually(async () => {
    const { messages } = (await (await fetch(`${vonage}/sandbox/handset?number=${number}`)).json()) as {
      messages: { text: string }[];
    };
    return /\d{4,}/.exec(messages.at(-1)?.text ?? "no code yet")?.[0] ?? Promise.reject(new Error("no code"));
  });

it("sandbox --json prints one line with the stable keys, serves all of it, and leaves nothing behind after Ctrl-C", async () => {
  const [running, { endpoint, vonage, page, console, proxyKey, adminKey, tokenSecret }] =
    await startSandbox();
  expect(running.out().split("\n")).toHaveLength(2);
  // Published: developers have these in their tests.
  expect([proxyKey, adminKey, tokenSecret]).toEqual([
    "sandbox-proxy-key-0123456789abcdef",
    "sandbox-admin-key-0123456789abcdef",
    { kid: "local", secret: "sandbox-token-secret-0123456789abcdef" },
  ]);
  const reports = async () =>
    ((await (await fetch(`${vonage}/sandbox/reports`)).json()) as { reports: unknown[] }).reports;
  expect(await reports()).toEqual([]);

  const twoFactor = createTwoFactorClient({ endpoint, key: proxyKey });
  const { id } = await twoFactor.start({ to: "+447400123456", channel: "sms" });
  expect(await twoFactor.check(id, await readCode(vonage, "447400123456"))).toEqual({ verified: true });
  await eventually(async () => expect(await reports()).toMatchObject([{ delivered: true }]));

  const messageId = "0A0000000123ABCD1";
  const token = await mintReportToken({ messageId, channel: "sms" }, { secret: tokenSecret });
  const report = { messageId, delivered: false };
  expect(await createConversionClient({ endpoint, token }).sms(report)).toMatchObject({ status: "recorded" });

  const insight = await fetch(`${endpoint}/insight`, { headers: { authorization: `Bearer ${adminKey}` } });
  expect(insight.status).toBe(200);
  for (const [address, file] of [
    [page, "page.js"],
    [console, "main.js"],
  ] as const) {
    const html = await fetch(address);
    expect(html.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(html.headers.get("content-security-policy")).toContain("default-src 'none'");
    const script = await fetch(new URL(file, address));
    expect(script.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect((await script.text()).length).toBeGreaterThan(1000);
  }
  expect((await fetch(console.slice(0, -1), { redirect: "manual" })).headers.get("location")).toBe(
    "/console/",
  );
  // The Worker's log, one JSON object per line.
  expect(
    running
      .err()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).level),
  ).toContain("info");

  running.process.kill("SIGINT");
  expect(await running.ended).toBe(0);
  await expect(fetch(`${endpoint}/health`)).rejects.toThrow();
  expect(readdirSync(installed.temporary)).toEqual([]);
});

it("sandbox takes a proxy key, a country and any setting of the Worker", async () => {
  const proxyKey = "a-key-of-my-own-0123456789abcdef0123";
  const settings = ["--set", "TWO_FACTOR_CODE_LENGTH=8", "--set=TWO_FACTOR_BRAND=My shop"];
  const [, { endpoint, vonage }] = await startSandbox(["--proxy-key", proxyKey, "--country=DE", ...settings]);
  await createTwoFactorClient({ endpoint, key: proxyKey }).start({ to: "01511 1234567", channel: "sms" });
  expect(await readCode(vonage, "4915111234567")).toMatch(/^\d{8}$/);
});

it("sandbox names each setting that is wrong, and does not start", async () => {
  const [port, sandboxPort] = [await findFreePort(), await findFreePort()];
  const args = [`--port=${port}`, `--sandbox-port=${sandboxPort}`, "--set=TWO_FACTOR_CODE_LENGTH=99"];
  const before = readdirSync(installed.temporary);
  const running = installed.start(["sandbox", ...args]);
  expect(await running.ended).toBe(1);
  expect(running.err()).toMatch(
    /^Settings of the Worker are missing or wrong:\n {2}TWO_FACTOR_CODE_LENGTH must be /m,
  );
  await expect(fetch(`http://127.0.0.1:${sandboxPort}/`)).rejects.toThrow();
  expect(readdirSync(installed.temporary)).toEqual(before);
});

it.each(["port", "sandbox-port"])(
  "sandbox says which --%s is in use, and how to choose another",
  async (option) => {
    const busy = await findFreePort();
    const blocker = createServer().listen(busy, "127.0.0.1");
    await new Promise((done) => blocker.once("listening", done));
    const ports = { port: await findFreePort(), "sandbox-port": await findFreePort(), [option]: busy };
    const running = installed.start([
      "sandbox",
      ...Object.entries(ports).map(([name, port]) => `--${name}=${port}`),
    ]);
    expect(await running.ended).toBe(1);
    expect(running.err()).toBe(
      `Port ${busy} is in use. Stop the process that uses it, or choose another port: --${option} ${busy + 1000}\n`,
    );
    blocker.close();
  },
);

it.each([
  [["--port=0"], /--port must be a port from 1 to 65535/],
  [["--port=9000", "--sandbox-port=9000"], /must differ/],
  [["--proxy-key=short"], /--proxy-key must be 32 to 200/],
  [["--set=nonsense"], /--set needs NAME=VALUE/],
  [["--host=example.com"], /--host must be an IP address/],
  [["--prot=9000"], /did you mean --port/i],
  [["more"], /accepts only options/],
])("sandbox %j is wrong usage", async (args, reason) => {
  const running = installed.start(["sandbox", ...args]);
  expect(await running.ended).toBe(2);
  expect(running.err()).toMatch(reason);
  expect(running.err()).toMatch(/vonage-conversion help sandbox/);
});

/** A program named npm, for the path. Writes its arguments to `npm.log` beside it. */
function fakeNpm(folder: string, script: string): string {
  mkdirSync(folder);
  writeFileSync(join(folder, "npm"), `#!/bin/sh\necho "$@" > "${folder}/npm.log"\n${script}\n`);
  chmodSync(join(folder, "npm"), 0o755);
  return `${folder}:${process.env.PATH}`;
}

const ALONE = { VONAGE_CONVERSION_WORKERD: undefined, npm_execpath: undefined };

/** Starts it until it serves. */
async function startWith(env: Readonly<Record<string, string | undefined>>, cwd?: string): Promise<Running> {
  const ports = [`--port=${await findFreePort()}`, `--sandbox-port=${await findFreePort()}`];
  const running = installed.start(["sandbox", "--json", ...ports], { env, ...(cwd && { cwd }) });
  return running;
}

it("sandbox runs the project's own workerd, without npm", async () => {
  const project = join(installed.folder, "with workerd");
  mkdirSync(join(project, "node_modules"), { recursive: true });
  symlinkSync(resolve("node_modules/workerd"), join(project, "node_modules/workerd"));
  const path = fakeNpm(join(installed.folder, "no-npm"), "exit 1");
  const running = await startWith({ ...ALONE, PATH: path }, project);
  await running.until("}}\n");
  expect(readdirSync(join(installed.folder, "no-npm"))).toEqual(["npm"]);
});

it("sandbox fetches the tested workerd with npm if there is none or an older one, and says so", async () => {
  const { version } = JSON.parse(readFileSync("node_modules/workerd/package.json", "utf8"));
  const project = join(installed.folder, "with old workerd");
  const old = join(project, "node_modules/workerd");
  mkdirSync(old, { recursive: true });
  writeFileSync(
    join(old, "package.json"),
    '{ "name": "workerd", "version": "1.20250101.0", "main": "main.js" }',
  );
  writeFileSync(join(old, "main.js"), 'module.exports = { default: "/bin/true" };');
  const folder = join(installed.folder, "npm");
  const path = fakeNpm(folder, `echo "${resolve("node_modules/.bin/workerd")}"`);
  const running = await startWith({ ...ALONE, PATH: path }, project);
  await running.until("}}\n");
  expect(running.err()).toContain("The installed workerd 1.20250101.0 is older than");
  expect(running.err()).toContain(`npm install --save-dev workerd@${version}`);
  expect(readFileSync(join(folder, "npm.log"), "utf8")).toContain(`--package=workerd@${version}`);
});

it("sandbox explains what to do if workerd is missing and npm cannot fetch it", async () => {
  const path = fakeNpm(join(installed.folder, "offline"), 'echo "npm error code ENOTFOUND" >&2; exit 1');
  const running = await startWith({ ...ALONE, PATH: path });
  expect(await running.ended).toBe(1);
  expect(running.err()).toMatch(
    /npm could not fetch workerd@\S+ \(ENOTFOUND\)\. With a network, run: npm install/,
  );
  expect(running.err()).toContain("set VONAGE_CONVERSION_WORKERD to its path");
});

it("sandbox explains a binary that is missing or is not one", async () => {
  const missing = await startWith({ VONAGE_CONVERSION_WORKERD: "/nowhere/workerd" });
  expect(await missing.ended).toBe(1);
  expect(missing.err()).toContain("VONAGE_CONVERSION_WORKERD must be the path of workerd");
  const other = await startWith({ VONAGE_CONVERSION_WORKERD: "/bin/false" });
  expect(await other.ended).toBe(1);
  expect(other.err()).toContain("workerd ended at its start");
});

it("the command line refuses a Node that is too old, with the one that it needs", async () => {
  const fake =
    "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.18.3'}})";
  const running = installed.start(["--version"], { env: { NODE_OPTIONS: `--import="${fake}"` } });
  expect(await running.ended).toBe(1);
  expect(running.err()).toBe("vonage-conversion needs Node 20.19 or later; this is 20.18.3.\n");
});
