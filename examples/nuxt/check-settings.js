// Ends the start at once if a setting is missing, and names all that are. npm runs it before `npm start`.

import { existsSync } from "node:fs";
import process from "node:process";

if (existsSync(".dev.vars")) process.loadEnvFile(".dev.vars");
const missing = process.argv.slice(2).filter((name) => !process.env[name]);
if (missing.length > 0) {
  console.error(`Not set: ${missing.join(", ")}. README.md says where each comes from.`);
  process.exit(1);
}
