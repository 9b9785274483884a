// `vonage-conversion init`: writes a project, tries it, and shows the way to production.

import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { LocalTools } from "../machine/local-tools.ts";
import { claimPort } from "../machine/port.ts";
import { toVonageSettings } from "../sandbox/sandbox-settings.ts";
import type { ExitCode } from "../work.ts";
import { type Answers, askForProject } from "./ask.ts";
import { findDependency } from "./dependency.ts";
import { formatNextSteps } from "./next-steps.ts";
import { bringsNode, formatProject, WRANGLER_VERSION } from "./project-files.ts";
import { install, tryWorker } from "./try-worker.ts";
import { writeFiles } from "./write-files.ts";

export interface InitOptions extends Answers {
  /** The project's folder, absolute. */
  readonly folder: string;
  readonly port: number;
  /** Asks nothing. */
  readonly yes: boolean;
  readonly withInstall: boolean;
}

/** @throws {LocalFailure} if a step fails; what was written stays, and a second run goes on. */
export async function runInit(
  { folder, port, yes, withInstall, ...given }: InitOptions,
  { output, env, machine, interruption }: LocalTools,
): Promise<ExitCode> {
  const { built, cwd, ask, nodeVersion } = machine;
  if (withInstall)
    await claimPort("127.0.0.1", port, `--port ${port + 1000}, or --no-install to write files only`);
  const name = given.name ?? toWorkerName(basename(folder));
  const answers = await askForProject({ ...given, name }, yes ? undefined : ask);
  const dependency = findDependency(dirname(resolve(built)));
  const files = formatProject(
    { ...answers, port },
    {
      wranglerToml: readFileSync(join(built, "wrangler.toml"), "utf8"),
      dependency: dependency.spec,
      sandboxSettings: toVonageSettings(`http://localhost:${port + 1}`),
      createSecret: () => randomBytes(36).toString("base64url"),
      nodeVersion,
    },
  );
  const { written, kept } = writeFiles(folder, files, dependency.copy);
  output.print(
    ...written.map((path) => `wrote ${path}`),
    ...kept.map((path) => `kept  ${path}, which exists`),
    ...(written.length === 0 ? ["Nothing was written: every file exists."] : []),
  );
  if (written.includes("package.json") && bringsNode(nodeVersion)) {
    output.print(
      `This is Node ${nodeVersion}, which wrangler refuses. The project brings a newer one of its own.`,
    );
  }
  const steps = formatNextSteps({
    folder: relative(cwd, folder) || ".",
    name: readName(folder) ?? answers.name,
    port,
  });
  if (!dependsOnUs(folder)) {
    output.print(
      "package.json has no vonage-conversion. Add it:",
      `  npm install ${dependency.spec === "" ? "vonage-conversion" : toInstallable(dependency.spec)}`,
      `  npm install --save-dev wrangler@${WRANGLER_VERSION}`,
    );
  } else if (withInstall) {
    output.print("Installing…");
    const signal = interruption();
    await install(folder, env, signal);
    await tryWorker(folder, port, env, signal);
    output.print(
      `The Worker was started, and GET http://localhost:${port}/health answered 200. It is stopped again.`,
    );
  } else {
    output.print(`To start it: npm install && npm run dev, then curl http://localhost:${port}/health`);
  }
  output.print(...steps);
  return 0;
}

/** Cloudflare's rule: up to 63 lower-case letters, digits and dashes. */
function toWorkerName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 54)
    .replace(/^-+|-+$/g, "");
  return name || "vonage-conversion-worker";
}

/** A project that was there before may have another name. */
function readName(folder: string): string | undefined {
  return /^name = "([\w-]+)"/m.exec(readFileSync(join(folder, "wrangler.toml"), "utf8"))?.[1];
}

function dependsOnUs(folder: string): boolean {
  const path = join(folder, "package.json");
  return existsSync(path) && readFileSync(path, "utf8").includes('"vonage-conversion"');
}

/** npm's argument for a value of package.json. */
const toInstallable = (spec: string): string => (/^\d/.test(spec) ? `vonage-conversion@${spec}` : spec);
