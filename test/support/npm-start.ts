// Runs `npm start` in its own process, as a user does.

import { spawn } from "node:child_process";

export interface StartPorts {
  readonly port: number;
  readonly sandboxPort: number;
}

export interface Started {
  /** Resolves to the output so far when it serves. Rejects if it ends before. */
  readonly serving: Promise<string>;
  /** All output so far. */
  output(): string;
  /** Resolves to the exit code. */
  readonly ended: Promise<number | null>;
  /** Stops it like Ctrl-C. */
  interrupt(): void;
  kill(): void;
}

const MARK = "Press Ctrl-C to stop";

export function launchStart({ port, sandboxPort }: StartPorts): Started {
  const ports = [`--port=${port}`, `--sandbox-port=${sandboxPort}`];
  const child = spawn(process.execPath, ["build/start.ts", ...ports]);
  let text = "";
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const serving = new Promise<string>((resolve, reject) => {
    const take = (chunk: Buffer) => {
      text += chunk;
      if (text.includes(MARK)) resolve(text);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    ended.then(() => reject(new Error(`ended before "${MARK}":\n${text}`)));
  });
  serving.catch(() => {});
  return {
    serving,
    output: () => text,
    ended,
    interrupt: () => child.kill("SIGINT"),
    // With SIGKILL it would leave workerd behind.
    kill: () => child.kill("SIGTERM"),
  };
}
