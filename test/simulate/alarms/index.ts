import { simulateAlarms } from "./simulate.ts";
import { toTable } from "./table.ts";

/** Prints the table of docs/insight.md. It takes some minutes: 600 days for each volume in both worlds. */
export function print(seed: number): void {
  console.log(toTable(simulateAlarms({ seed, days: 600, faults: 31 })));
}
