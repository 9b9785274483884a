// Runs the suite on one runtime, in a process of its own.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { findFreePort } from "../../support/free-port.ts";
import { untilReachable, writeConfig } from "../../support/plain-workerd.ts";
import type { Runtime } from "./runtimes.ts";
import type { Line } from "./suite.ts";

export interface Performance {
  /** The lines it printed, in order. */
  readonly lines: readonly Line[];
  /** The reason why it ended early, with its error output. Absent if it finished. */
  readonly broke?: string;
}

/** Ten times what all behaviours take together. */
const PATIENCE_MS = 3 * 60_000;

export async function perform(runtime: Runtime, binary: string, script: string): Promise<Performance> {
  const lines: Line[] = [];
  const complaints: string[] = [];
  const listen = async (output: Readable) => {
    for await (const text of createInterface({ input: output })) {
      // Other output may explain why it ended.
      if (/^\{.*\}$/.test(text)) lines.push(JSON.parse(text));
      else complaints.push(text);
    }
  };
  const inWorkerd = runtime.package === "workerd";
  const port = inWorkerd ? await findFreePort() : 0;
  const args = inWorkerd ? ["serve", toConfig(script, port)] : [...(runtime.arguments ?? []), script];
  const child = spawn(binary, args, {
    cwd: dirname(script),
    env: { PATH: process.env.PATH, HOME: dirname(script), NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: PATIENCE_MS,
    killSignal: "SIGKILL",
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  createInterface({ input: child.stderr }).on("line", (text) => complaints.push(text));
  const ended = once(child, "close").then(
    ([code, signal]) => code ?? signal,
    (error) => error,
  );
  let broke: unknown;
  try {
    if (inWorkerd) {
      await listen(await ask(`http://127.0.0.1:${port}`, ended));
      kill();
      await ended;
    } else {
      await listen(child.stdout);
      const code = await ended;
      if (code !== 0) throw new Error(`it ended with ${code}`);
    }
  } catch (error) {
    kill();
    broke = error;
  }
  process.off("exit", kill);
  const done = lines.some((line) => "done" in line);
  if (broke === undefined && done) return { lines };
  const reason = broke ?? "it ended before its end";
  return { lines, broke: [reason, ...complaints.slice(0, 10)].join("\n    ") };
}

/** A Worker runs the suite within one request and prints to its response. */
async function ask(url: string, ended: Promise<unknown>): Promise<IncomingMessage> {
  const gone = new AbortController();
  ended.then((code) => gone.abort(new Error(`it ended with ${code}`)));
  await untilReachable(url, gone.signal);
  const [answer] = await once(get(`${url}/run`), "response");
  return answer;
}

function toConfig(script: string, port: number): string {
  return writeConfig(dirname(script), {
    suite: { script: readFileSync(script, "utf8"), port, bindings: {} },
  });
}
