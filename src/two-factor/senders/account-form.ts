// The parameters of a message, and the account that sends it → one form, as the SMS and short code APIs take it.

import type { Credentials } from "../../client/credentials.ts";
import type { OutgoingRequest } from "../../client/transport.ts";
import type { Parameter } from "../../wire/parameters.ts";
import { signParameters } from "../../wire/signature.ts";

/**
 * Makes the function that puts a message and its account into one request: the secret in the form, or a signature
 * with the time in UNIX seconds. Never both, which Vonage refuses.
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
