// `vonage-conversion serve`: the Worker on this machine, with its storage on disk.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { isPublicHost } from "../../../src/shared/public-host.ts";
import { findWorkerd } from "../machine/binary.ts";
import { checkHealth } from "../machine/check-health.ts";
import { formatConfiguration, OBJECT_CLASSES } from "../machine/configuration.ts";
import { readConsoleFiles } from "../machine/console-files.ts";
import { LocalFailure } from "../machine/failure.ts";
import type { LocalTools } from "../machine/local-tools.ts";
import { readModules } from "../machine/packaged.ts";
import { claimPort, toAddress, toLocalUrl } from "../machine/port.ts";
import { startWorkerd } from "../machine/process.ts";
import { untilEnd } from "../machine/until-end.ts";
import type { ExitCode } from "../work.ts";
import { openStorage } from "./storage.ts";
import { keepAwake } from "./wake-up.ts";

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  /** The folder of the storage. */
  readonly storage: string;
  /** The Worker's settings. */
  readonly settings: Readonly<Record<string, string>>;
  /** The header in which a reverse proxy gives the client's address. */
  readonly clientAddressHeader: string | undefined;
  /** Lets the Worker reach private addresses. */
  readonly isPrivate: boolean;
}

/** @throws {LocalFailure} if it cannot start, or workerd ends by itself. */
export async function runServe(
  { host, port, settings, clientAddressHeader, isPrivate, ...options }: ServeOptions,
  { output, env, machine, interruption }: LocalTools,
): Promise<ExitCode> {
  const { cwd, built } = machine;
  const signal = interruption();
  if (!isPrivate) refusePrivateHosts(settings);
  await claimPort(host, port, `--port ${port + 1000}`);
  const { objects, socket } = await openStorage(options.storage);
  const binary = await findWorkerd({ cwd, env, say: output.complain });
  const folder = mkdtempSync(join(tmpdir(), "vonage-conversion-"));
  const write = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  // Everything that workerd writes is for this user alone, its socket included.
  process.umask(0o077);
  const variables = {
    ...settings,
    ...(clientAddressHeader !== undefined && { CLIENT_ADDRESS_HEADER: clientAddressHeader }),
  };
  const name = "worker";
  const configuration = formatConfiguration({
    workers: [
      {
        name,
        modules: readModules(built, "worker"),
        variables: Object.keys(variables),
        json: {
          CONSOLE_FILES: write("console.json", JSON.stringify(readConsoleFiles(join(built, "assets")))),
        },
        objects: { storage: objects, classes: OBJECT_CLASSES },
      },
    ],
    sockets: [
      { name: "http", address: toAddress(host, port), worker: name },
      { name: "wake-up", address: `unix:${socket}`, worker: name, entrypoint: "WakeUp" },
    ],
    // Small images of containers have no certificates, so workerd gets those of Node too.
    network: { isPrivate, certificates: write("certificates.pem", rootCertificates.join("\n")) },
  });
  try {
    const running = await startWorkerd({
      binary,
      configuration: write("workerd.capnp", configuration),
      sockets: 2,
      env: variables,
    });
    const url = toLocalUrl(host, port);
    let rest = () => {};
    try {
      await checkHealth(url);
      output.complain(`Serving http://${toAddress(host, port)}, storage in ${options.storage}.`);
      rest = keepAwake(socket, output.complain);
      return await untilEnd(running, signal);
    } finally {
      rest();
      await running.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Refuses at once what every request would fail for: workerd does not connect to private addresses. */
function refusePrivateHosts(settings: ServeOptions["settings"]): void {
  for (const name of ["VONAGE_BASE_URL", "VONAGE_REST_BASE_URL"]) {
    const url = settings[name] ?? "";
    if (!URL.canParse(url) || isPublicHost(new URL(url).hostname)) continue;
    throw new LocalFailure(
      `${name} is an address of a private network. If it should be, start with --private-network.`,
    );
  }
}
