import { execFileSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { basename, join } from "node:path";

/**
 * Packs what is built, as `npm publish` would, into a folder; gives the tarball's path. With `PACKAGE_TARBALL` set it
 * is that file instead: a release tests the very file that it publishes.
 */
export function packInto(folder: string): string {
  const { PACKAGE_TARBALL: given } = process.env;
  if (given) {
    const path = join(folder, basename(given));
    copyFileSync(given, path);
    return path;
  }
  const packed = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
    encoding: "utf8",
    stdio: "pipe",
  });
  return join(folder, JSON.parse(packed)[0].filename);
}
