// docs/quickstart-*.md as their readers run them: code copied from the page, against a Worker and the sandbox.

import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { findFreePort } from "../../support/free-port.ts";
import { PROXY_KEY } from "../../support/local-stack.ts";
import { untilReachable } from "../../support/plain-workerd.ts";
import {
  COOLDOWN_MS,
  codeAt,
  codeHeardAt,
  startTwoFactorStack,
  type TwoFactorStack,
} from "../../support/two-factor-stack.ts";
import { SURROUNDINGS } from "../examples/serve.ts";
import { buildExample, packPackage } from "../examples/workshop.ts";
import { readBlocks, readSection, runCommands, saveFiles } from "./quickstart-page.ts";
import {
  ASKS_FOR_CODE,
  ASKS_FOR_NUMBER,
  expectReports,
  NUMBER,
  signInAtTerminal,
  signInByForm,
  TYPED,
} from "./sign-in.ts";
import { openTerminal } from "./terminal.ts";

let stack: TwoFactorStack;
let folder: string;
let env: Readonly<Record<string, string>>;
beforeAll(async () => {
  stack = await startTwoFactorStack({
    TWO_FACTOR_LIMITS: "number=1000/3600 prefix=1000/3600 caller=1000/3600 total=1000/3600",
  });
  env = {
    ...SURROUNDINGS,
    VONAGE_CONVERSION_ENDPOINT: stack.worker.url,
    VONAGE_CONVERSION_KEY: PROXY_KEY.key,
  };
  folder = mkdtempSync(join(tmpdir(), "quickstart-"));
});
afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => stack.sandbox.reset());

const pageOf = (name: string) => `docs/quickstart-${name}.md`;

it("there is one for each language, and each is run here", () => {
  const pages = readdirSync("docs").flatMap((name) => /^quickstart-(\w+)\.md$/.exec(name)?.[1] ?? []);
  expect(pages.sort()).toEqual(["curl", "go", "java", "nextjs", "node", "php", "python", "ruby"]);
});

describe.each(["go", "java", "node", "python", "ruby"])("in a terminal: %s", (name) => {
  it("signs in by a call after a wrong code and another text, and Vonage hears of each message", async () => {
    const blocks = readBlocks(pageOf(name));
    const here = join(folder, name);
    expect(saveFiles(blocks, here)).toHaveLength(1);
    if (name === "node") install(here);
    const commands = runCommands(blocks);
    expect(commands).toHaveLength(1);
    const terminal = openTerminal(commands.join("\n"), here, env);
    try {
      await signInAtTerminal(terminal, stack);
    } finally {
      terminal.stop();
    }
    await expectReports(stack);
  });

  it("shows its reader what the program prints", () => {
    const shown = readBlocks(pageOf(name)).find(({ text }) => text.startsWith(ASKS_FOR_NUMBER));
    expect(shown?.text.replace(/\d{6}$/gm, "CODE")).toBe(
      [
        `${ASKS_FOR_NUMBER}${TYPED.replace(/\d{6}$/, "CODE")}`,
        `A code is on its way to +${NUMBER}.`,
        `${ASKS_FOR_CODE}CODE`,
        "The code is wrong",
        `${ASKS_FOR_CODE}c`,
        "A new code is on its way.",
        `${ASKS_FOR_CODE}CODE`,
        `Signed in as +${NUMBER}.`,
        "",
      ].join("\n"),
    );
  });
});

describe("in a browser", () => {
  it("PHP: signs in by a call after a wrong code and another text, and Vonage hears of each message", async () => {
    const here = join(folder, "php");
    const blocks = readBlocks(pageOf("php"));
    saveFiles(blocks, here);
    await signInOn(runCommands(blocks).join("\n"), here);
    await expectReports(stack);
  });

  it("Next.js: signs in by a call after a wrong code and another text, and Vonage hears of each message", async () => {
    const blocks = readBlocks(pageOf("nextjs"));
    const source = join(folder, "nextjs");
    saveFiles(blocks, source);
    // The files that create-next-app makes, in the versions of the example.
    for (const name of ["package.json", "package-lock.json", "tsconfig.json", "next.config.ts"])
      writeFileSync(join(source, name), readFileSync(join("examples/nextjs", name)));
    writeFileSync(
      join(source, "app/layout.tsx"),
      "export default function Layout({ children }: { children: React.ReactNode }) {\n  return <html><body>{children}</body></html>;\n}\n",
    );
    const [command = ""] = runCommands(blocks);
    const [build, start = ""] = command.split(" && ");
    expect(build).toBe("npx next build");
    const built = buildExample("nextjs", pack(), "", { source });
    try {
      await signInOn(start, built.folder, "/sign-in");
      await expectReports(stack);
    } finally {
      built.clear();
    }
  });
});

it("curl: each request of the page gets the answer that it shows, and Vonage hears of each message", async () => {
  const blocks = readBlocks(pageOf("curl"));
  const commands = blocks.filter(
    ({ language, text }) => language === "sh" && !text.includes("npx ") && !text.startsWith("ID="),
  );
  expect(commands).toHaveLength(6);
  const shell = { ...env, ID: "", CODE: "" };
  const answers: Record<string, unknown>[] = [];
  for (const { text } of commands) {
    if (text.includes("/resend")) await stack.turnClock(COOLDOWN_MS);
    if (text.startsWith("CODE=")) shell.CODE = codeHeardAt(stack.sandbox, NUMBER);
    const command = text
      .replace(/^(export \w+|CODE)=.*\n/gm, "")
      .replace("http://localhost:8788", stack.vonage.url);
    expect(command).toMatch(/^curl /);
    answers.push(await runShell(command, shell));
    if (typeof answers[0]?.id === "string") shell.ID = answers[0].id;
  }
  const [started, handset, wrong, text, call, verified] = answers;
  const shown = blocks.flatMap(({ language, text }) => (language === "json" ? [JSON.parse(text)] : []));
  expect(shown).toHaveLength(3);
  expect(started).toEqual({ ...shown[0], id: shell.ID, expiresAt: expect.any(String) });
  expect(JSON.stringify(handset)).toContain("is your Acme code");
  expect(wrong).toEqual(shown[1]);
  expect([text?.channel, call?.channel]).toEqual(["sms", "voice"]);
  expect(verified).toEqual(shown[2]);
  await expectReports(stack);
});

describe("the README", () => {
  it("shows the requests of a sign-in with the answers that they get", async () => {
    const blocks = readSection("README.md", "Sign users in from any language");
    const [start = "", check = ""] = blocks.flatMap(({ text }) => /^curl .*/ms.exec(text)?.[0] ?? []);
    const [started, verified] = blocks.flatMap(({ language, text }) =>
      language === "json" ? [JSON.parse(text)] : [],
    );
    const { id, ...challenge } = await runShell(start, env);
    expect({ id, ...challenge }).toEqual({ ...started, id, expiresAt: expect.any(String) });
    const code = codeAt(stack.sandbox, NUMBER);
    expect(await runShell(check.replace("738291", code), { ...env, ID: String(id) })).toEqual(verified);
    await eventually(() =>
      expect(stack.sandbox.reports()).toEqual([expect.objectContaining({ channel: "sms", delivered: true })]),
    );
  });

  it("has its reader run the program of the quickstart, and shows its first and last lines", () => {
    const blocks = readSection("README.md", "Sign users in from JavaScript");
    expect(runCommands(blocks)).toEqual(runCommands(readBlocks(pageOf("node"))));
    const shown = (all: typeof blocks) =>
      all
        .find(({ text }) => text.startsWith(ASKS_FOR_NUMBER))
        ?.text.trimEnd()
        .split("\n") ?? [];
    const full = shown(readBlocks(pageOf("node")));
    expect(shown(blocks)).toEqual([...full.slice(0, 2), ...full.slice(-2)]);
  });
});

/** Runs a command that prints JSON; not synchronously, since the sandbox runs in this process. */
async function runShell(
  command: string,
  variables: Readonly<Record<string, string>>,
): Promise<Record<string, unknown>> {
  const { stdout } = await promisify(execFile)("bash", ["-c", command], {
    env: { ...process.env, ...variables },
    timeout: 30_000,
  });
  return JSON.parse(stdout);
}

let tarball: string | undefined;
function pack(): string {
  tarball ??= packPackage();
  return tarball;
}

function install(here: string): void {
  writeFileSync(join(here, "package.json"), '{ "private": true }');
  execFileSync("npm", ["install", pack(), "--no-audit", "--no-fund", "--prefer-offline"], {
    cwd: resolve(here),
    stdio: "pipe",
  });
}

/** Serves a page with a command, and signs in there. */
async function signInOn(command: string, here: string, path = "/"): Promise<void> {
  const port = String(await findFreePort());
  const server = openTerminal(command.replace("3000", port), here, { ...env, PORT: port });
  const origin = `http://localhost:${port}`;
  try {
    await untilReachable(`${origin}${path}`);
    await signInByForm(origin, path, stack);
  } finally {
    server.stop();
  }
}
