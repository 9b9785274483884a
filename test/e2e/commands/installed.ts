// The command line as users get it: the packed package, installed into an empty folder whose name has a blank.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { packInto } from "../../support/pack.ts";
import { workerdBinary } from "../../support/plain-workerd.ts";

export interface Installed {
  /** The folder, which is the commands' current one. */
  readonly folder: string;
  /** The tarball in it. */
  readonly tarball: string;
  /** Where commands put temporary files. */
  readonly temporary: string;
  /** Starts a command. */
  start(args: readonly string[], options?: StartOptions): Running;
  /** Ends everything that was started, and removes the folder. */
  remove(): Promise<void>;
}

export interface StartOptions {
  /** Replaces or removes variables. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** @default the folder */
  readonly cwd?: string;
}

export interface Running {
  readonly process: ChildProcess;
  /** All output so far. */
  readonly out: () => string;
  readonly err: () => string;
  /** Resolves to the exit code. */
  readonly ended: Promise<number | null>;
  /** Resolves when the output contains a text. Rejects if it ends before. */
  until(text: string): Promise<void>;
}

/** Packs and installs. The package has no dependencies, so npm needs no network. */
export function installPackage(): Installed {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "our commands ")));
  const temporary = join(folder, "temporary");
  mkdirSync(temporary);
  const tarball = packInto(folder);
  const args = ["install", "--offline", "--no-audit", "--no-fund", `./${basename(tarball)}`];
  execFileSync("npm", args, { cwd: folder, stdio: "pipe" });
  const all: Running[] = [];
  return {
    folder,
    tarball,
    temporary,
    start(args, options) {
      const running = start({ folder, temporary }, args, options);
      all.push(running);
      return running;
    },
    async remove() {
      for (const one of all) one.process.kill("SIGTERM");
      await Promise.all(all.map(({ ended }) => ended));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Returns the ids of a process's children. */
export function childrenOf(pid: number | undefined): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
}

function start(
  { folder, temporary }: Pick<Installed, "folder" | "temporary">,
  args: readonly string[],
  { env = {}, cwd = folder }: StartOptions = {},
): Running {
  const child = spawn(process.execPath, [join(folder, "node_modules/.bin/vonage-conversion"), ...args], {
    cwd,
    env: { ...process.env, TMPDIR: temporary, VONAGE_CONVERSION_WORKERD: workerdBinary, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  const waiting = new Set<() => void>();
  child.stdout.on("data", (chunk) => {
    out += chunk;
    for (const look of waiting) look();
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
    for (const look of waiting) look();
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    process: child,
    out: () => out,
    err: () => err,
    ended,
    until: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!(out + err).includes(text)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        ended.then((code) => reject(new Error(`ended with ${code} before "${text}":\n${out}${err}`)));
      }),
  };
}
