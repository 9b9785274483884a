// Rules for columns, beyond their SQL type: a row that breaks one goes into quarantine.

export const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

/** Epoch milliseconds that a Date can hold: up to 8.64e15. */
export const isInstant = (value: unknown): value is number => isCount(value) && value <= 8.64e15;
