// `npm run simulate NAME [seed]`: NAME is a folder beside this file.

import { existsSync, readdirSync } from "node:fs";

const folder = new URL(".", import.meta.url);
const names = readdirSync(folder).filter((name) => existsSync(new URL(`${name}/index.ts`, folder)));
const [name = "", seed = "1"] = process.argv.slice(2);
if (names.includes(name) && /^\d{1,9}$/.test(seed)) {
  const { print } = await import(new URL(`${name}/index.ts`, folder).href);
  print(Number(seed));
} else {
  console.error(`usage: npm run simulate ${names.join("|")} [seed]`);
  process.exitCode = 2;
}
