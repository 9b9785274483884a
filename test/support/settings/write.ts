// `npm run docs:settings`: writes everything that is generated from the table of settings.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { WRITTEN, writeInto } from "./written.ts";

for (const file of Object.keys(WRITTEN)) {
  writeFileSync(file, writeInto(file, existsSync(file) ? readFileSync(file, "utf8") : ""));
}
