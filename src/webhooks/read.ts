import { readWrittenNumbers } from "../wire/json-numbers.ts";
import { mergeParameters, type Parameters, parseJson } from "../wire/parameters.ts";
import { readQueryAndBody, type Unreadable } from "../wire/request-parameters.ts";
import { faultOfParameters, WebhookError, type WebhookFault } from "./errors.ts";
import { isWebhookParameter } from "./names.ts";

const UNREADABLE: Readonly<Record<Exclude<Unreadable, "consumed">, string>> = {
  malformed: "the body broke off, or is not UTF-8",
  too_large: "the body has more than 8 KiB; Vonage's webhooks are shorter",
  unsupported_type: "the body must be a form or JSON, with its Content-Type, and not compressed",
};

/**
 * Reads the parameters of a webhook as Vonage sends it: in the query of a GET, or in the form or JSON of a POST. What
 * the URL of a POST says besides is yours: it is read too, but not under the names of Vonage's parameters.
 *
 * @returns Names and values, as {@link verifyWebhook}, {@link parseDeliveryReceipt} and {@link parseInboundSms} take
 * them, numbers in JSON as they are written. A parameter whose value is of no use (`null`, an object, broken UTF-8)
 * is left out.
 * @throws {WebhookError} `malformed`, `too_large` or `unsupported_type`.
 * @throws {TypeError} where the body was read before, as fetch would: give a `request.clone()`.
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

/** A webhook as it was read. */
export interface ReceivedWebhook {
  readonly parameters: Parameters;
  /** Names that only the URL of a POST has: the operator's own. */
  readonly ownParameters?: readonly string[];
  /**
   * What makes it useless: a text that could not be read as a whole, or a name given twice, which leaves open which of
   * the values was signed.
   */
  readonly fault?: WebhookFault;
}

/** As {@link readWebhook}, for those who would rather not catch. */
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
  // Vonage adds parameters as it likes, and operators add theirs to the URL: one that could not be read is as good as
  // one that we do not know.
  const isRead = (name: string) => parameters.has(name) && (isPost || isWebhookParameter(name));
  const serious = faults.filter(({ parameter }) => parameter === "" || isRead(parameter));
  return {
    parameters,
    ...(isPost && { ownParameters: [...own.keys()] }),
    ...(serious.length > 0 && { fault: faultOfParameters("malformed", serious) }),
  };
}
