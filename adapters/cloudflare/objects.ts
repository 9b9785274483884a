// What all that is kept in Durable Objects has in common: how it is spread over them, and how they are called.

import { type StoredObject, unavailable } from "../http/ports/storage-unavailable.ts";

/** FNV-1a, 32 bits: spreads texts evenly, and stays the same for ever, since what is stored is found by it. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** How an object is called. */
export interface CallRules<T> {
  /** Named in the error, so that the operator looks in the right place. */
  readonly object: StoredObject;
  /**
   * Whether it may be asked twice: the first call may have been done, and only its answer lost.
   *
   * @default true
   */
  readonly twice?: boolean;
  /**
   * Milliseconds to wait for the answer, all attempts together. The clock of an object can stand still, and with it
   * its own deadlines, so its caller keeps one as well.
   *
   * @default 15 000
   */
  readonly within?: number;
  /**
   * What to do where the object is still of an earlier version, and does not know the method: for minutes after a
   * deployment. Required for every method that 0.1.0 does not have.
   *
   * @default the call fails
   */
  readonly older?: () => T | Promise<T>;
}

/** Far more than an object takes that is well. */
const WITHIN_MS = 15_000;

/**
 * Calls an object; once more where it was cut off, since one that is moved or deployed anew comes back at once.
 *
 * @param ask Opens a stub of its own each time: a stub that has failed once fails for ever.
 * @throws {StorageUnavailable} when it did not answer.
 */
export async function callObject<T>(
  ask: () => Promise<T>,
  { object, twice = true, within = WITHIN_MS, older }: CallRules<T>,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isLate = false;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      isLate = true;
      reject(unavailable(object));
    }, within);
  });
  const attempt = async (): Promise<T> => {
    try {
      return await ask();
    } catch (error) {
      if (older !== undefined && isUnknownMethod(error)) return older();
      // Never retry an overloaded object: more calls are what it suffers from.
      if (!twice || isLate || isUnknownMethod(error) || isOverloaded(error)) throw unavailable(object);
      return ask();
    }
  };
  try {
    return await Promise.race([attempt(), late]);
  } catch {
    throw unavailable(object);
  } finally {
    clearTimeout(timer);
  }
}

const isOverloaded = (error: unknown) => (error as { overloaded?: unknown } | null)?.overloaded === true;

/** workerd: `The RPC receiver does not implement the method "…".` */
const isUnknownMethod = (error: unknown) =>
  error instanceof Error && /does not implement/.test(error.message);
