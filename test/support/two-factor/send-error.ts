import { isSendError, type SendError } from "../../../src/two-factor/senders/send-error.ts";

/** The SendError that `action` rejects with; anything else fails the test. */
export async function sendErrorOf(action: () => unknown): Promise<SendError> {
  try {
    await action();
  } catch (error) {
    if (isSendError(error)) return error;
    throw error;
  }
  throw new Error("expected a SendError, but nothing was thrown");
}
