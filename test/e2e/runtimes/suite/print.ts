// Runs the suite on runtimes with a console: Node, Deno, Bun, edge-runtime.

import { runSuite } from "../suite.ts";

const print = async () => {
  for await (const line of runSuite()) console.log(JSON.stringify(line));
};
void print();
