// `vonage-conversion sandbox`: starts everything, shows how to use it, and ends with it.

import { randomBytes } from "node:crypto";
import { createConversionClient } from "../../../src/index.ts";
import type { RecordedReport } from "../../../src/sandbox/index.ts";
import type { TokenSecret } from "../../../src/token/index.ts";
import { mintReportToken } from "../../../src/token/mint.ts";
import { findWorkerd } from "../machine/binary.ts";
import { checkHealth } from "../machine/check-health.ts";
import type { LocalTools } from "../machine/local-tools.ts";
import { claimPort } from "../machine/port.ts";
import { untilEnd } from "../machine/until-end.ts";
import type { ExitCode } from "../work.ts";
import { formatGuide } from "./guide.ts";
import { type RunningSandbox, type StartSandboxOptions, startSandbox } from "./start-sandbox.ts";

export interface SandboxRun extends Omit<StartSandboxOptions, "built" | "binary" | "onLog"> {
  readonly json: boolean;
}

/** @throws {LocalFailure} if it cannot start. */
export async function runSandbox(
  run: SandboxRun,
  { output, env, machine, interruption }: LocalTools,
): Promise<ExitCode> {
  const { host, port, sandboxPort, proxyKey, withWorker, json } = run;
  if (withWorker) await claimPort(host, port, `--port ${port + 1000}`);
  await claimPort(host, sandboxPort, `--sandbox-port ${sandboxPort + 1000}`);
  const { cwd, built, program } = machine;
  const signal = interruption();
  const binary = await findWorkerd({ cwd, env, say: output.complain });
  const print = json ? output.complain : output.print;
  const onLog = (line: string) => {
    if (!isLook(line)) print(line);
  };
  const running = await startSandbox({ ...run, built, binary, onLog });
  try {
    const endpoint = `http://localhost:${port}`;
    const vonage = `http://localhost:${sandboxPort}`;
    if (withWorker) await checkHealth(running.worker);
    const keys = readKeys(running);
    if (json) {
      const page = { page: `${vonage}/`, console: `${endpoint}/console/` };
      output.print(JSON.stringify({ endpoint, vonage, ...page, proxyKey, ...keys }));
    } else if (withWorker) {
      const sample = await report(running, keys.tokenSecret);
      const guide = { endpoint, vonage, key: proxyKey, adminKey: keys.adminKey, ...sample, program };
      output.print(...formatGuide(guide).split("\n"));
    } else {
      output.print(
        `Open the page: ${vonage}/`,
        `Your Worker is expected at ${endpoint}, with its VONAGE_BASE_URL and VONAGE_REST_BASE_URL set to ${vonage}.`,
        "Press Ctrl-C to stop.",
      );
    }
    return await untilEnd(running, signal);
  } finally {
    await running.stop();
  }
}

/** Recognises the log line of a request for a challenge, which the page's application repeats while one is pending. */
function isLook(line: string): boolean {
  return /"method":"GET","route":"\/2fa\/[^"]*","status":200/.test(line);
}

interface Keys {
  readonly adminKey: string;
  readonly tokenSecret: TokenSecret;
}

/** Reads the first keys of the settings: `--set ADMIN_KEYS=…` may have replaced those of every sandbox. */
function readKeys({ settings }: RunningSandbox): Keys {
  const read = (name: string) => (settings[name] ?? "").trim().split(/[\s,]/)[0]?.split(":") ?? [];
  const [, adminKey = ""] = read("ADMIN_KEYS");
  const [kid = "", secret = ""] = read("TOKEN_SECRETS");
  return { adminKey, tokenSecret: { kid, secret } };
}

/** Sends a sample report the whole way. */
async function report({ worker, sandbox }: RunningSandbox, secret: TokenSecret) {
  const messageId = randomBytes(8).toString("hex").toUpperCase();
  const token = await mintReportToken({ messageId, channel: "sms" }, { secret });
  const { status } = await createConversionClient({ endpoint: worker, token }).sms({
    messageId,
    delivered: true,
  });
  const answer = await fetch(`${sandbox}/sandbox/reports`);
  const { reports } = (await answer.json()) as { reports: RecordedReport[] };
  return { status, report: reports.find((one) => one.messageId === messageId) ?? null };
}
