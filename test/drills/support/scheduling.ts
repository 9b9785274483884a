import { readFileSync } from "node:fs";

const EVERY_MS = 50;

/**
 * Records how long a process is ready to run while the machine runs others, by Linux's count for its main thread. A
 * caller who waits meanwhile waits for the machine.
 */
export function watchScheduling(pid: number) {
  const samples: { readonly at: number; readonly withheld: number }[] = [];
  const sample = () => {
    const [, nanoseconds] = readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ");
    samples.push({ at: Date.now(), withheld: Number(nanoseconds) / 1_000_000 });
  };
  sample();
  const timer = setInterval(sample, EVERY_MS);

  return {
    /** Gives the milliseconds withheld between two instants, epoch milliseconds; at most the time between them. */
    between(from: number, to: number): number {
      const first = samples.findLast(({ at }) => at <= from) ?? samples[0];
      const last = samples.find(({ at }) => at >= to) ?? samples.at(-1);
      return Math.min((last?.withheld ?? 0) - (first?.withheld ?? 0), to - from);
    },

    stop(): void {
      clearInterval(timer);
      sample();
    },
  };
}
