// Installs the new project, starts its Worker once, and asks it whether it can serve.

import { spawn } from "node:child_process";
import { checkHealth } from "../machine/check-health.ts";
import { LocalFailure } from "../machine/failure.ts";

const INSTALL_MS = 10 * 60_000;
const START_MS = 90_000;
const LOOK_EVERY_MS = 200;

/** Runs `npm install`. @throws {LocalFailure} with npm's last lines. */
export async function install(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<void> {
  const npm = perform(["install", "--no-audit", "--no-fund"], folder, env, INSTALL_MS);
  signal.addEventListener("abort", () => npm.stop());
  const { code, lastLines } = await npm.ended;
  if (code === 0) return;
  throw new LocalFailure(
    [
      `npm install failed in ${folder}. Run it there again; it said:`,
      ...lastLines.map((line) => `  ${line}`),
    ].join("\n"),
  );
}

/**
 * Starts `npm run dev`, waits for a healthy answer, and ends it.
 *
 * @throws {LocalFailure} if there is none.
 */
export async function tryWorker(
  folder: string,
  port: number,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<void> {
  const dev = perform(["run", "dev"], folder, env, START_MS);
  let hasEnded = false;
  dev.ended.then(() => {
    hasEnded = true;
  });
  try {
    for (;;) {
      const isUp = await fetch(`http://127.0.0.1:${port}/health`).then(
        (response) => response.arrayBuffer().then(() => true),
        () => false,
      );
      if (isUp) return await checkHealth(`http://127.0.0.1:${port}`);
      if (hasEnded || signal.aborted) break;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    const { lastLines } = await dev.ended;
    throw new LocalFailure(
      [
        "The Worker did not start. Try it with npm run dev; it said:",
        ...lastLines.map((line) => `  ${line}`),
      ].join("\n"),
    );
  } finally {
    dev.stop();
    await dev.ended;
  }
}

/** Runs npm in a process group of its own, because npm starts a shell, which starts the program. */
function perform(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
  timeout: number,
) {
  const child = spawn("npm", args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const lastLines: string[] = [];
  const take = (chunk: Buffer) => {
    lastLines.push(...`${chunk}`.split("\n").filter((line) => line.trim() !== ""));
    lastLines.splice(0, lastLines.length - 12);
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const stop = (signal: NodeJS.Signals = "SIGTERM") => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // It has ended.
    }
  };
  const timer = setTimeout(stop, timeout);
  const endWithUs = () => stop("SIGKILL");
  process.once("exit", endWithUs);
  const ended = new Promise<{ readonly code: number | null; readonly lastLines: readonly string[] }>(
    (resolve) => {
      const end = (code: number | null) => {
        clearTimeout(timer);
        process.off("exit", endWithUs);
        resolve({ code, lastLines });
      };
      child.once("error", () => end(null));
      child.once("close", end);
    },
  );
  return { ended, stop };
}
