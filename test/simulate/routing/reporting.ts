// Ways of reporting: when Vonage hears of an outcome.

import { HOUR, MINUTE } from "./world.ts";

/** Times are milliseconds. Returns the time at which the report arrives, or `undefined` if it is not sent. */
export type Reporting = (outcome: {
  readonly converted: boolean;
  /** The time of the entry, or of the decision that the code will not be entered. */
  readonly knownAt: number;
}) => number | undefined;

export const REPORTINGS = {
  "at once": ({ knownAt }) => knownAt,
  "10 minutes late": ({ knownAt }) => knownAt + 10 * MINUTE,
  "in hourly batches": ({ knownAt }) => Math.ceil(knownAt / HOUR) * HOUR,
  "only true": ({ converted, knownAt }) => (converted ? knownAt : undefined),
  "not at all": () => undefined,
} satisfies Record<string, Reporting>;

export type ReportingName = keyof typeof REPORTINGS;
