/** A sentence about the package, and the check that proves it. */
export interface Behaviour {
  readonly name: string;
  /** Rejects with the reason if it does not hold. */
  readonly holds: () => Promise<void>;
}

/** Behaviours by their sentences. */
export const toBehaviours = (byName: Readonly<Record<string, () => Promise<void>>>): Behaviour[] =>
  Object.entries(byName).map(([name, holds]) => ({ name, holds }));

export function demand(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}

/** Compares as JSON, in any order of names. */
export function demandEqual(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [toText(actual), toText(expected)];
  demand(is === should, `${what}: ${is} in place of ${should}`);
}

/** Asserts that a value, usually an error, has these fields among others. */
export function demandFields(actual: unknown, expected: Readonly<Record<string, unknown>>): void {
  const fields = Object.keys(expected).map((name) => [name, Reflect.get(Object(actual), name)]);
  demandEqual(Object.fromEntries(fields), expected, String(actual));
}

/** Resolves to the error that an action rejects with. */
export async function errorOf(action: () => unknown): Promise<unknown> {
  let result: unknown;
  try {
    result = await action();
  } catch (error) {
    return error;
  }
  throw new Error(`nothing was thrown, but given: ${toText(result)}`);
}

/** Polls until there is a value. */
export async function eventually<T>(look: () => Promise<T | undefined>, what: string): Promise<T> {
  for (const end = Date.now() + 5000; Date.now() < end; await pause(20)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`${what} did not come to be within 5 s`);
}

export const pause = (milliseconds: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, milliseconds);
  });

function toText(value: unknown): string | undefined {
  return JSON.stringify(value, (_, one: unknown) =>
    one !== null && typeof one === "object" && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
