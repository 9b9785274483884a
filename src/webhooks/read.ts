import { parseJson } from "../wire/json-body.ts";
import { readWrittenNumbers } from "../wire/json-numbers.ts";
import { mergeParameters, type Parameters } from "../wire/parameters.ts";
import { readQueryAndBody, type Unreadable } from "../wire/request-parameters.ts";
import { faultOfParameters, WebhookError, type WebhookFault } from "./errors.ts";
import { isWebhookParameter } from "./names.ts";

const UNREADABLE: Readonly<Record<Exclude<Unreadable, "consumed">, string>> = {
  malformed: "the body broke off, or is not UTF-8",
  too_large: "the body has more than 8 KiB; check who calls this URL, because Vonage's webhooks are shorter",
  unsupported_type: "the body must be a form or JSON, declared in Content-Type and not compressed",
};

/**
 * Reads the parameters of a webhook: from the query of a GET, or from the form or JSON body of a POST. The query of a
 * POST holds your own parameters; it is read too, except for names that Vonage uses.
 *
 * @returns The parameters for {@link verifyWebhook}, {@link parseDeliveryReceipt} and {@link parseInboundSms}. Numbers in
 * JSON keep their spelling, since the signature covers it. Unusable values (`null`, an object, broken UTF-8) are left
 * out.
 * @throws {WebhookError} `malformed`, `too_large` or `unsupported_type`.
 * @throws {TypeError} If the body was read before; pass a `request.clone()` then.
 *
 * @example
 * const parameters = await readWebhook(request);
 * await verifyWebhook(parameters, { signatureSecret });
 * const receipt = parseDeliveryReceipt(parameters);
 */
export async function readWebhook(request: Request): Promise<Parameters> {
  const received = await receiveWebhook(request);
  if (received === "consumed") {
    throw new TypeError("The request's body was read before; give readWebhook a request.clone().");
  }
  if (typeof received === "string") {
    throw new WebhookError({ code: received, detail: UNREADABLE[received] });
  }
  if (received.fault !== undefined) throw new WebhookError(received.fault);
  return received.parameters;
}

/** A webhook that was read, and its fault if it has one. */
export interface ReceivedWebhook {
  readonly parameters: Parameters;
  /** The operator's own parameters: those in the URL of a POST. */
  readonly ownParameters?: readonly string[];
  /** Set if the text could not be read, or if a name is repeated: either value may be the signed one. */
  readonly fault?: WebhookFault;
}

/** As {@link readWebhook}, but returns the fault instead of throwing it. */
export async function receiveWebhook(
  request: Request,
  lengthHolds = false,
): Promise<ReceivedWebhook | Unreadable> {
  const read = await readQueryAndBody(request, lengthHolds, (text) => parseJson(text, readWrittenNumbers));
  if (typeof read === "string") return read;
  const { query, body } = read;
  const isPost = body.parameters.size > 0 || body.faults.length > 0;
  const own = new Map([...query.parameters].filter(([name]) => isPost && !isWebhookParameter(name)));
  const { parameters, faults } = mergeParameters(isPost ? { parameters: own, faults: [] } : query, body);
  // Vonage and operators add parameters at will, so an unreadable one is treated as an unknown one.
  const isRead = (name: string) => parameters.has(name) && (isPost || isWebhookParameter(name));
  const serious = faults.filter(({ parameter }) => parameter === "" || isRead(parameter));
  return {
    parameters,
    ...(isPost && { ownParameters: [...own.keys()] }),
    ...(serious.length > 0 && { fault: faultOfParameters("malformed", serious) }),
  };
}
