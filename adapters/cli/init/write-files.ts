import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { LocalFailure } from "../machine/failure.ts";
import type { Dependency } from "./dependency.ts";

export interface Written {
  readonly written: readonly string[];
  /** Files that existed, which are as they were. */
  readonly kept: readonly string[];
}

/** Files with secrets are for their owner alone. */
const isSecret = (path: string) => path === ".dev.vars";

/**
 * Writes the files of a project, and never over one that exists.
 *
 * @throws {LocalFailure} if the folder cannot be written.
 */
export function writeFiles(
  folder: string,
  files: Readonly<Record<string, string>>,
  copy: Dependency["copy"],
): Written {
  const paths = [...Object.keys(files), ...(copy === undefined ? [] : [copy.to])];
  const kept = paths.filter((path) => existsSync(join(folder, path)));
  const written = paths.filter((path) => !kept.includes(path));
  try {
    for (const path of written) {
      const target = join(folder, path);
      mkdirSync(dirname(target), { recursive: true });
      // The flag holds even if the file was made a moment ago.
      const text = files[path];
      if (text === undefined) copyFileSync(copy?.from ?? "", target);
      else writeFileSync(target, text, { flag: "wx", mode: isSecret(path) ? 0o600 : 0o644 });
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new LocalFailure(
      `${folder} cannot be written (${code}). Choose a folder that this user may write.`,
    );
  }
  return { written, kept };
}
