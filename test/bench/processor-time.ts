import { readFileSync } from "node:fs";

/** Linux counts in ticks of a hundredth of a second, on every machine (`getconf CLK_TCK`). */
const MICROSECONDS_PER_TICK = 10_000;

/**
 * Reads the processor time that a process and all its threads have used so far, in user code and in the kernel.
 *
 * @returns Microseconds, to the nearest 10 000.
 */
export function processorTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The second field is the program's name in brackets, which may hold spaces. utime and stime are the fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * MICROSECONDS_PER_TICK;
}
