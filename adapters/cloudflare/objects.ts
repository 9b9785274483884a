// What all that is kept in Durable Objects has in common: how it is spread over them, and how they are called.

import { LedgerUnavailable } from "../fetch/ledger.ts";

/** FNV-1a, 32 bits: spreads texts evenly, and stays the same for ever, since what is stored is found by it. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/**
 * Calls an object; once more where it was cut off, since one that is moved or deployed anew comes back at once.
 *
 * @param ask Opens a stub of its own each time.
 * @param twice Whether it may be asked twice: the first call may have been done, and only its answer lost.
 * @throws {LedgerUnavailable} where it did not answer.
 */
export async function callObject<T>(ask: () => Promise<T>, twice = true): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    try {
      // More of what is too much helps nobody.
      if (!twice || (error as { overloaded?: boolean } | null)?.overloaded) throw error;
      return await ask();
    } catch {
      throw new LedgerUnavailable("A part of the ledger did not answer.");
    }
  }
}
