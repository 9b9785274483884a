import type { MemorySql } from "./memory-sql.ts";

export interface Disk {
  /** A transaction that fails restores the alarm from before it. */
  alarm: number | undefined;
  /** Returns `true` for statements that fail; `COMMIT` ends a transaction. */
  readonly breaks: (statement: string) => boolean;
}

/** Transactions that can fail at their commit. A failure undoes the alarm as well. */
export function createFailingTransaction({ transact }: MemorySql, disk: Disk) {
  return <T>(work: () => T): T => {
    const before = disk.alarm;
    try {
      return transact(() => {
        const result = work();
        if (disk.breaks("COMMIT")) throw new Error("The disk cannot write.");
        return result;
      });
    } catch (error) {
      disk.alarm = before;
      throw error;
    }
  };
}
