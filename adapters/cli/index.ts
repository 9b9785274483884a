#!/usr/bin/env node
// `npx vonage-conversion`.

import { fileURLToPath } from "node:url";
import { checkNode } from "./check-node.ts";
import { createContext } from "./context.ts";
import { hasWorkers } from "./machine/packaged.ts";
import { run } from "./run.ts";

checkNode(process.versions.node);

const here = fileURLToPath(new URL(".", import.meta.url));
// In the repository, this file is among the sources.
const built = hasWorkers(here) ? here : fileURLToPath(new URL("../../dist", import.meta.url));

process.exitCode = await run(
  process.argv.slice(2),
  createContext({ built, program: "npx vonage-conversion" }),
);
