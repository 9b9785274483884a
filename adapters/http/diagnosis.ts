// Finds out how Vonage answers the reports of a key.

import type { Credentials } from "../../src/client/credentials.ts";
import type { ConversionErrorCode } from "../../src/client/errors.ts";
import type { Sender } from "../../src/client/sending.ts";
import { TRAFFICS, type Traffic } from "../../src/wire/report.ts";
import type { HandlerConfig } from "./options.ts";
import { createSenders } from "./senders.ts";

/**
 * Vonage's answer to the reports of a key. `accepted`: with 200. `rejected`: it knows the key, but refuses the way in
 * which reports are sent. `unknown`: it gave no usable answer.
 */
export interface Diagnosis {
  readonly verdict: "accepted" | "rejected" | "unauthorized" | "not_enabled" | "unknown";
  /** With `unknown`: the error. */
  readonly reason: ConversionErrorCode | null;
  /** With `rejected`: the HTTP status. */
  readonly status?: number | undefined;
  /** With `rejected`: the `via` of the credentials, the way in which reports are sent. */
  readonly via?: NonNullable<Credentials["via"]>;
}

/** Diagnoses every key that there are credentials for. */
export async function diagnoseKeys(config: HandlerConfig): Promise<Partial<Record<Traffic, Diagnosis>>> {
  const senders = createSenders(config, false);
  const keys: Partial<Record<Traffic, Diagnosis>> = {};
  for (const traffic of TRAFFICS) {
    const send = senders.get(traffic);
    const credentials = config.credentials[traffic];
    if (send && credentials) keys[traffic] = await diagnose(send, credentials);
  }
  return keys;
}

/**
 * Sends a complete report, because only a 200 to one proves that reports arrive: an incomplete report would be refused
 * whether or not Vonage can read it. Its message id is a new UUID, so that it matches no message, and its `true` does not
 * count against a route.
 */
async function diagnose(send: Sender, { via, signatureSecret }: Credentials): Promise<Diagnosis> {
  const probe = { channel: "sms", messageId: crypto.randomUUID(), delivered: true } as const;
  const outcome = await send(probe);
  if (outcome.status !== "failed") return { verdict: "accepted", reason: null };
  const { code, status } = outcome.failure;
  if (code === "unauthorized" || code === "not_enabled") return { verdict: code, reason: null };
  if (code !== "rejected") return { verdict: "unknown", reason: code };
  return { verdict: code, reason: null, status, via: via ?? (signatureSecret ? "form" : "basic") };
}
