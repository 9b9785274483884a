import type { Segment } from "../../../src/insight/segment.ts";

/** Segments that get no new codes for a while, because someone pumps messages there. */
export interface PausedRoutes {
  /**
   * The milliseconds until the pause of a segment ends; `undefined`: a code may go. It never rejects, and answers within
   * a bounded time. While the pauses are unknown, nothing is paused.
   */
  pausedFor(segment: Segment): Promise<number | undefined>;
}
