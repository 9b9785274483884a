import { type ConversionError, isConversionError } from "../../src/client/errors.ts";

/** The ConversionError that `action` throws or rejects with; anything else fails the test. */
export async function conversionErrorOf(action: () => unknown): Promise<ConversionError> {
  try {
    await action();
  } catch (error) {
    if (isConversionError(error)) return error;
    throw error;
  }
  throw new Error("expected a ConversionError, but nothing was thrown");
}
