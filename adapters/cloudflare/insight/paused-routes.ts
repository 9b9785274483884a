// Insight's pauses as the workflow sees them, cached in each isolate. A login must neither fail nor wait because Insight
// does: without an answer nothing is paused.

import { findPauseEnd, type Pauses } from "../../../src/insight/pause.ts";
import type { PausedRoutes } from "../../http/ports/paused-routes.ts";

export interface PauseReading {
  /** Reads the pauses from Insight. */
  readonly read: () => Promise<Pauses>;
  /** Countries that are never paused. Insight heeds them too, but runs its rules only once a minute or more rarely. */
  readonly never: readonly string[];
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

const READ_EVERY_MS = 30_000;
const LONGEST_WAIT_MS = 300;

/** Older knowledge is ignored, because an isolate may have slept in between. */
const BELIEVED_MS = 5 * 60_000;

export function createPausedRoutes({ read, never, now, random }: PauseReading): PausedRoutes {
  let begunAt = Number.NEGATIVE_INFINITY;
  let known: { readonly pauses: Pauses; readonly at: number } | undefined;

  return {
    async pausedFor(segment) {
      const reading = isDue() ? refresh() : undefined;
      // A request that goes on leaves the reading to the background. One that would be refused ends at once, and the
      // platform would end its reading too.
      if (reading !== undefined && (believed() === undefined || findEnd(0.5) !== undefined)) {
        await withinBound(reading);
      }
      const end = findEnd(random());
      return end === undefined ? undefined : end - now();

      function findEnd(chance: number): number | undefined {
        const pauses = believed();
        if (pauses === undefined || never.includes(segment.country)) return undefined;
        try {
          return findPauseEnd(pauses, segment, now(), chance);
        } catch {
          // A later version of the object may have stored pauses in another form.
          return undefined;
        }
      }
    },
  };

  /** A clock that was ahead must not stop the reading. */
  function isDue(): boolean {
    const age = now() - begunAt;
    return age < 0 || age >= READ_EVERY_MS;
  }

  function believed(): Pauses | undefined {
    if (known === undefined) return undefined;
    const age = now() - known.at;
    return age >= 0 && age < BELIEVED_MS ? known.pauses : undefined;
  }

  async function refresh(): Promise<void> {
    const at = now();
    begunAt = at;
    try {
      const pauses = await read();
      // A later reading may have been faster.
      if (begunAt === at) known = { pauses, at };
    } catch {
      if (begunAt === at) known = undefined;
    }
  }
}

async function withinBound(work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const bound = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, LONGEST_WAIT_MS);
  });
  await Promise.race([work, bound]);
  clearTimeout(timer);
}
