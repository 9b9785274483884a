// Shared by all Durable Objects: how data is spread over them, and how they are called.

import { type StoredObject, unavailable } from "../http/ports/storage-unavailable.ts";

let encoder: TextEncoder | undefined;

/** FNV-1a, 32 bits: spreads texts evenly. It must never change: stored data is found by it. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  encoder ??= new TextEncoder();
  for (const byte of encoder.encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Rules for one call of an object. */
export interface CallRules<T> {
  /** The object, named in the error for the operator. */
  readonly object: StoredObject;
  /**
   * The call may be repeated. The first may have been carried out and only its answer lost.
   *
   * @default true
   */
  readonly twice?: boolean;
  /**
   * Milliseconds to wait for the answer, both calls together. The clock of an object can stand still, and its own
   * deadlines with it, so the caller has one too.
   *
   * @default 15 000
   */
  readonly within?: number;
  /**
   * The answer in place of an object of an earlier version that does not know the method, as happens for minutes after
   * a deployment. Required for every method that 0.1.0 does not have.
   *
   * @default the call fails
   */
  readonly older?: () => T | Promise<T>;
}

/** Far more than a healthy object needs. */
const WITHIN_MS = 15_000;

/**
 * Calls an object, and repeats a call that was cut off: an object that is moved or redeployed is back at once.
 *
 * @param ask Must open a new stub each time: a stub that has failed once fails for ever.
 * @throws {StorageUnavailable} when it did not answer.
 */
export function callObject<T>(
  ask: () => Promise<T>,
  { object, twice = true, within = WITHIN_MS, older }: CallRules<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    const fail = () => {
      clearTimeout(timer);
      reject(unavailable(object));
    };
    const timer = setTimeout(() => {
      isLate = true;
      fail();
    }, within);
    const attempt = async (): Promise<T> => {
      try {
        return await ask();
      } catch (error) {
        if (older !== undefined && isUnknownMethod(error)) return older();
        // Never retry an overloaded object.
        if (!twice || isLate || isUnknownMethod(error) || isOverloaded(error)) throw error;
        return ask();
      }
    };
    attempt().then((answer) => {
      clearTimeout(timer);
      resolve(answer);
    }, fail);
  });
}

const isOverloaded = (error: unknown) => (error as { overloaded?: unknown } | null)?.overloaded === true;

/** workerd: `The RPC receiver does not implement the method "…".` */
const isUnknownMethod = (error: unknown) =>
  error instanceof Error && /does not implement/.test(error.message);
