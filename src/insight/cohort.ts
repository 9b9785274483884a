/** The messages sent within the same five minutes: the start of those five minutes, in epoch milliseconds. */
export type Cohort = number;

export const COHORT_MS = 300_000;

/** @param sentAt Epoch milliseconds. */
export const toCohort = (sentAt: number): Cohort => Math.floor(sentAt / COHORT_MS) * COHORT_MS;
