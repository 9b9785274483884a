// `npm start`: the sandbox command, from the sources. It builds what the package would contain.

import { fileURLToPath } from "node:url";
import { createContext } from "../adapters/cli/context.ts";
import { run } from "../adapters/cli/run.ts";
import { buildConsole } from "../adapters/console/build.ts";
import { buildWorkers } from "./workers.ts";

const built = fileURLToPath(new URL("../.wrangler/start", import.meta.url));
buildConsole(`${built}/assets`);
await buildWorkers(built);
const context = createContext({ built, program: "npm run -s cli --" });
process.exitCode = await run(["sandbox", ...process.argv.slice(2)], context);
