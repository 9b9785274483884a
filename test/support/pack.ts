import { execFileSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { basename, join } from "node:path";

/**
 * Packs the build into a folder, like `npm publish`, and returns the path of the tarball. With `PACKAGE_TARBALL` set it
 * copies that file instead: a release tests the file that it publishes.
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
