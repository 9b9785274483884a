/** The number of rows that were removed, by kind. */
export interface Erased {
  readonly challenges: number;
  /** Answers that were kept for their `Idempotency-Key`. */
  readonly answers: number;
  /** Send-limit counters of this number. Those of its block of 10 000 and of everyone identify no one, and stay. */
  readonly counters: number;
  /** Quarantined rows that mention the number. */
  readonly unreadable: number;
}

/**
 * Removes a number in every spelling under which it may be stored. It is a port so that a handler without the workflow
 * carries no numbering plans.
 *
 * @param number E.164 digits without "+".
 */
export type Erase = (number: string) => Promise<Erased>;
