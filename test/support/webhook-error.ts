import { isWebhookError, type WebhookError } from "../../src/webhooks/index.ts";

/** The WebhookError that `action` throws or rejects with; anything else fails the test. */
export async function webhookErrorOf(action: () => unknown): Promise<WebhookError> {
  try {
    await action();
  } catch (error) {
    if (isWebhookError(error)) return error;
    throw error;
  }
  throw new Error("expected a WebhookError, but nothing was thrown");
}
