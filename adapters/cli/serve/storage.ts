// The folder that `vonage-conversion serve` stores everything in.

import { accessSync, constants, existsSync, mkdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join, resolve } from "node:path";
import { LocalFailure } from "../machine/failure.ts";

export interface Storage {
  /** The Durable Objects' databases. */
  readonly objects: string;
  /** A Unix socket of the running Worker, on which it is woken up. It also shows that the storage is in use. */
  readonly socket: string;
}

/** The path of a Unix socket is shorter than 104 bytes on macOS, 108 on Linux. */
const LONGEST_SOCKET = 100;

/**
 * Prepares the folder. Only its owner may enter it: it contains phone numbers.
 *
 * @throws {LocalFailure} if it cannot be written, or another process uses it.
 */
export async function openStorage(folder: string): Promise<Storage> {
  const root = resolve(folder);
  const objects = join(root, "objects");
  const socket = join(root, "serve.sock");
  if (Buffer.byteLength(socket) > LONGEST_SOCKET) {
    throw new LocalFailure(`The path of the storage is too long: at most ${LONGEST_SOCKET - 11} bytes.`);
  }
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    mkdirSync(objects, { recursive: true, mode: 0o700 });
    for (const path of [root, objects]) accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new LocalFailure(
      `${root} cannot be used as storage (${code}). This user needs a folder that it may write: --storage DIR`,
    );
  }
  if (await isAnswered(socket)) {
    throw new LocalFailure(
      `Another \`vonage-conversion serve\` uses ${root}. Two would destroy the data: stop the other one, or choose --storage DIR.`,
    );
  }
  // A process that was killed leaves its socket behind, and nothing can listen there until it is removed.
  if (existsSync(socket)) rmSync(socket);
  return { objects, socket };
}

function isAnswered(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket)
      .once("connect", () => {
        connection.destroy();
        resolve(true);
      })
      .once("error", () => resolve(false));
  });
}
