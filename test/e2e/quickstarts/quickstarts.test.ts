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
  notThe,
  startTwoFactorStack,
  type TwoFactorStack,
} from "../../support/two-factor-stack.ts";
import { SURROUNDINGS } from "../examples/serve.ts";
import { buildExample, packPackage } from "../examples/workshop.ts";
import { createFormVisitor } from "./form-visitor.ts";
import { readBlocks, runCommands, saveFiles } from "./quickstart-page.ts";
import { openTerminal } from "./terminal.ts";

const TYPED = "07400 123456";
const NUMBER = "447400123456";
const ASKS_FOR_NUMBER = "Phone number: ";
const ASKS_FOR_CODE = "Code (r: another text, c: a call): ";

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
      expect(await terminal.shows(ASKS_FOR_NUMBER)).toBe("");
      terminal.type("12");
      expect(await terminal.shows(ASKS_FOR_NUMBER)).toBe("This is not a phone number\n");
      terminal.type(TYPED);
      expect(await terminal.shows(ASKS_FOR_CODE)).toBe(`A code is on its way to +${NUMBER}.\n`);
      terminal.type(notThe(codeAt(stack.sandbox, NUMBER)));
      expect(await terminal.shows(ASKS_FOR_CODE)).toBe("The code is wrong\n");
      terminal.type("r");
      expect(await terminal.shows(ASKS_FOR_CODE)).toBe("The last message may still arrive\n");
      for (const key of ["r", "c"]) {
        await stack.turnClock(COOLDOWN_MS);
        terminal.type(key);
        expect(await terminal.shows(ASKS_FOR_CODE)).toBe("A new code is on its way.\n");
      }
      terminal.type(codeHeardAt(stack.sandbox, NUMBER));
      expect(await terminal.ended()).toEqual({ code: 0, output: `Signed in as +${NUMBER}.\n` });
    } finally {
      terminal.stop();
    }
    await expectReports();
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
    await withServer(runCommands(blocks).join("\n"), here, signInByForm);
  });

  it("Next.js: signs in by a call after a wrong code and another text, and Vonage hears of each message", async () => {
    const blocks = readBlocks(pageOf("nextjs"));
    const source = join(folder, "nextjs");
    saveFiles(blocks, source);
    // What create-next-app makes, in the versions of the example.
    for (const name of ["package.json", "tsconfig.json", "next.config.ts"])
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
      await withServer(start, built.folder, signInByForm, "/sign-in");
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
    // Not synchronously, since the sandbox runs in this process.
    const { stdout } = await promisify(execFile)("bash", ["-c", command], {
      env: { ...process.env, ...shell },
      timeout: 30_000,
    });
    answers.push(JSON.parse(stdout));
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
  await expectReports();
});

/** Both texts were replaced, and the code of the call came back. */
async function expectReports(): Promise<void> {
  await eventually(() =>
    expect(stack.sandbox.reports().map(({ channel, delivered }) => [channel, delivered])).toEqual([
      ["sms", false],
      ["sms", false],
      ["voice", true],
    ]),
  );
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

async function withServer(
  command: string,
  here: string,
  act: (origin: string, path: string) => Promise<void>,
  path = "/",
): Promise<void> {
  const port = String(await findFreePort());
  const server = openTerminal(command.replace("3000", port), here, { ...env, PORT: port });
  const origin = `http://localhost:${port}`;
  try {
    await untilReachable(`${origin}${path}`);
    await act(origin, path);
  } finally {
    server.stop();
  }
}

async function signInByForm(origin: string, path: string): Promise<void> {
  const visitor = createFormVisitor(origin);
  await visitor.open(path);
  await visitor.press("Send code", { number: "12" });
  expect(visitor.text()).toContain("This is not a phone number");
  await visitor.press("Send code", { number: TYPED });
  expect(visitor.text()).toContain(`A code is on its way to +${NUMBER}.`);
  await visitor.press("Use another number");
  await visitor.press("Send code", { number: TYPED });
  await visitor.press("Sign in", { code: notThe(codeAt(stack.sandbox, NUMBER)) });
  expect(visitor.text()).toContain("The code is wrong");
  await visitor.press("Send another text");
  expect(visitor.text()).toContain("The last message may still arrive");
  for (const button of ["Send another text", "Call me"]) {
    await stack.turnClock(COOLDOWN_MS);
    await visitor.press(button);
    expect(visitor.text()).toContain("A new code is on its way.");
  }
  await visitor.press("Sign in", { code: codeHeardAt(stack.sandbox, NUMBER) });
  expect(visitor.text()).toContain(`Signed in as +${NUMBER}.`);
  await expectReports();
}
