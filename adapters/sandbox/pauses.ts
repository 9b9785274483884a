import * as v from "valibot";
import { integer, objectOf, oneOf, required, text, validate } from "../../src/shared/validation.ts";
import { CHANNELS, type Channel } from "../../src/wire/report.ts";
import type { PausedRoutes } from "../http/ports/paused-routes.ts";

/** The codes that a pause refuses. */
export interface SandboxRoutePause {
  /** ISO 3166 alpha-2, such as `GB`. */
  readonly country: string;
  /** @default both */
  readonly channel?: Channel;
}

const schema = objectOf({
  country: required(text("an ISO 3166 alpha-2 code such as GB", /^[A-Z]{2}$/)),
  channel: v.optional(oneOf(CHANNELS)),
  milliseconds: required(integer(0, 30 * 24 * 3_600_000)),
});

/** Pauses by country and channel, in place of those that Insight makes when it sees SMS pumping. */
export function createPauses(now: () => number) {
  const ends = new Map<string, number>();
  const toKey = (channel: Channel, country: string) => `${channel} ${country}`;

  const routes: PausedRoutes = {
    async pausedFor({ channel, country }) {
      const left = (ends.get(toKey(channel, country)) ?? 0) - now();
      return left > 0 ? left : undefined;
    },
  };
  return {
    routes,

    /** @throws {ConversionError} `invalid_options`. */
    pause(route: SandboxRoutePause, given: number): void {
      const { country, channel, milliseconds } = validate(
        schema,
        { ...route, milliseconds: given },
        "invalid_options",
      );
      for (const one of channel === undefined ? CHANNELS : [channel]) {
        ends.set(toKey(one, country), now() + milliseconds);
      }
    },
  };
}
