// The form that the SMS and short code APIs take: the parameters of a message and of the account that sends it.

import type { Credentials } from "../../client/credentials.ts";
import type { OutgoingRequest } from "../../client/transport.ts";
import type { Parameter } from "../../wire/parameters.ts";
import { signParameters } from "../../wire/signature.ts";

/**
 * Creates the function that makes a message's request: with the secret in the form, or with a signature and the time in
 * UNIX seconds. Vonage refuses both together.
 */
export function createAccountForm(
  path: string,
  { apiKey, apiSecret, signatureSecret, signatureMethod }: Credentials,
): (message: readonly Parameter[], now: number) => Promise<OutgoingRequest> {
  const headers = { accept: "application/json" };
  return async (message, now) => {
    const form: Parameter[] = [["api_key", apiKey], ...message];
    if (signatureSecret === undefined) {
      return { path, headers, form: [...form, ["api_secret", apiSecret]] };
    }
    form.push(["timestamp", String(Math.floor(now / 1000))]);
    const sig = await signParameters(form, signatureSecret, signatureMethod);
    return { path, headers, form: [...form, ["sig", sig]] };
  };
}
