import type { DecodedParameters, Parameters } from "../parameters.ts";
import { readParameters, type Unreadable } from "../request-parameters.ts";
import { faultOfParameters, WebhookError, type WebhookFault } from "./errors.ts";

const UNREADABLE: Readonly<Record<Unreadable, string>> = {
  malformed: "the body broke off, or is not UTF-8",
  too_large: "the body has more than 8 KiB; Vonage's webhooks are shorter",
  unsupported_type: "the body must be a form or JSON, with its Content-Type, and not compressed",
};

/**
 * Reads the parameters of a webhook as Vonage sends it: in the query of a GET, or in the form or JSON of a POST.
 *
 * @returns Names and values, as {@link verifyWebhook}, {@link parseDeliveryReceipt} and {@link parseInboundSms} take
 * them. A parameter whose value is of no use (`null`, an object, broken UTF-8) is left out.
 * @throws {WebhookError} `malformed`, `too_large` or `unsupported_type`.
 */
export async function readWebhook(request: Request): Promise<Parameters> {
  const decoded = await readParameters(request);
  if (typeof decoded === "string") throw new WebhookError({ code: decoded, detail: UNREADABLE[decoded] });
  const fault = findDecodingFault(decoded);
  if (fault !== undefined) throw new WebhookError(fault);
  return decoded.parameters;
}

/**
 * What makes decoded parameters useless as a webhook: a text that could not be read as a whole, or a name given
 * twice, which leaves open which of the values was signed.
 */
export function findDecodingFault({ parameters, faults }: DecodedParameters): WebhookFault | undefined {
  // Vonage adds parameters as it likes: one that could not be read is as good as one that we do not know.
  const serious = faults.filter(({ parameter }) => parameter === "" || parameters.has(parameter));
  return serious.length === 0 ? undefined : faultOfParameters("malformed", serious);
}
