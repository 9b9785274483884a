// Sends one alarm to the operator's webhook.

import { signWebhook } from "./webhook-signature.ts";

export interface WebhookTarget {
  readonly url: string;
  readonly secrets: readonly string[];
}

/** `gone`: the receiver wants no more of them (410). `retryAfter`: milliseconds, as it asked for. */
export type WebhookEnd =
  | { readonly end: "sent" | "gone" }
  | { readonly end: "failed"; readonly reason: string; readonly retryAfter?: number };

const TIMEOUT_MS = 10_000;
const LONGEST_RETRY_AFTER_S = 3600;

/** Sends it once. Never rejects. The answer's body is not read, and a redirect is not followed: it may lead anywhere. */
export async function sendWebhook(
  { url, secrets }: WebhookTarget,
  { id, body }: { readonly id: string; readonly body: string },
  { fetch, now }: { readonly fetch: typeof globalThis.fetch; readonly now: () => number },
): Promise<WebhookEnd> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": "vonage-conversion",
        ...(await signWebhook(secrets, id, now(), body)),
      },
      body,
      redirect: "manual",
      signal: controller.signal,
    });
    response.body?.cancel().catch(() => {});
    if (response.ok) return { end: "sent" };
    if (response.status === 410) return { end: "gone" };
    const wanted = Number(response.headers.get("retry-after") || Number.NaN);
    const reason = response.status >= 300 && response.status < 400 ? "redirect" : `status ${response.status}`;
    if (!(wanted > 0)) return { end: "failed", reason };
    return { end: "failed", reason, retryAfter: Math.min(wanted, LONGEST_RETRY_AFTER_S) * 1000 };
  } catch {
    // The error may quote the URL, which may contain a secret.
    return { end: "failed", reason: controller.signal.aborted ? "timeout" : "network" };
  } finally {
    clearTimeout(timer);
  }
}
