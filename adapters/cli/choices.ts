import { suggest } from "./suggestion.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Finds the value that was given.
 *
 * @param name The option or argument in the message.
 * @throws {UsageError} when it is none of them.
 */
export function readOneOf<T extends string>(
  name: string,
  values: readonly T[],
  given: string,
  command: string,
): T {
  const value = values.find((one) => one === given);
  if (value !== undefined) return value;
  throw new UsageError(`${name} must be one of ${values.join(", ")}.${suggest(given, values)}`, command);
}

/** Refuses further arguments. @throws {UsageError} when there are any. */
export function refuseMore(command: string, rest: readonly string[]): void {
  if (rest.length > 0) throw new UsageError(`${command} accepts only options.`, command);
}
