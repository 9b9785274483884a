import { readBoundedText } from "../shared/bounded-text.ts";
import { objectOf, oneOf, required } from "../shared/validation.ts";
import { messageIdSchema } from "../wire/report.ts";
import { MAX_REQUEST_BODY_BYTES, parseQuery } from "../wire/request-parameters.ts";
import { WebhookError, type WebhookFault } from "./errors.ts";
import { checkJwt } from "./jwt.ts";
import { optionalLine, optionalText, present, readEntries } from "./schema.ts";
import type { SignatureFault, VerifiedWebhook } from "./verify.ts";

/**
 * The statuses of a call that Vonage's "Voice API Webhooks Reference" and its SDKs name:
 *
 * | status | meaning | says how the call ended |
 * |---|---|---|
 * | `started` | Vonage has created the call | no |
 * | `ringing` | the phone rings | no |
 * | `answered` | somebody, or an answering machine, has answered | yes |
 * | `human`, `machine` | who has answered, if the call asked for that | yes |
 * | `busy` | the phone is in use | yes |
 * | `timeout`, `unanswered` | the user did not answer | yes |
 * | `rejected` | the phone or its carrier has refused the call | yes |
 * | `failed` | the call did not reach the phone | yes |
 * | `cancelled` | the caller hung up before an answer | yes |
 * | `disconnected`, `completed` | the call is over | no: an answered call completes, too |
 */
export const CALL_STATUSES = [
  "started",
  "ringing",
  "answered",
  "human",
  "machine",
  "busy",
  "timeout",
  "unanswered",
  "rejected",
  "failed",
  "cancelled",
  "disconnected",
  "completed",
] as const;

export type CallStatus = (typeof CALL_STATUSES)[number];

/** An event of a call, as the Voice API reports it. Like a text's receipt, it does not prove that a code was heard. */
export interface VoiceEvent {
  /** The id of the call, as the Voice API returned it. */
  readonly uuid: string;
  /** The status of the call; see {@link CallStatus}. */
  readonly status: CallStatus;
  /** The called number: E.164 digits. */
  readonly to?: string;
  /** MCCMNC of the called network; with `completed`. */
  readonly networkCode?: string;
  /** The price of the call in EUR, as Vonage wrote it; with `completed`. */
  readonly price?: string;
  /** Vonage's time, in epoch milliseconds. */
  readonly occurredAt?: number;
}

const schema = objectOf({
  uuid: messageIdSchema,
  status: required(oneOf(CALL_STATUSES)),
  to: optionalText(/^\+?\d{5,15}$/),
  network: optionalText(/^\d{4,6}$/),
  price: optionalText(/^\d{1,9}(\.\d{1,10})?$/),
  timestamp: optionalLine,
});

/** A request of the Voice API, before it is trusted. */
export interface ReceivedVoiceEvent {
  readonly authorization: string | null;
  /** The text that Vonage signs. */
  readonly payload: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * Reads an event of a call, without proof of its origin.
 *
 * @param request A POST with JSON, or a GET with a query.
 * @throws {WebhookError} `malformed`, `too_large`, or `invalid`, naming every wrong field. Vonage also sends events
 * that are about no call's status, such as transfers; those are `invalid`.
 *
 * @example
 * const { uuid, status } = await readVoiceEvent(request);
 */
export async function readVoiceEvent(request: Request): Promise<VoiceEvent> {
  return toEvent(await receive(request));
}

/**
 * Reads an event of a call, and verifies that it comes from Vonage: its JWT is signed with the account's signature
 * secret and names the hash of the payload. Voice API webhooks are signed by default.
 *
 * To refuse replays, store every `nonce` for ten minutes, and refuse one that is stored already.
 *
 * @param signatureSecret The account's signature secret, which differs from its API secret.
 * @param now Epoch milliseconds.
 * @throws {WebhookError} As {@link readVoiceEvent}, or `unsigned`, `forged` or `stale`.
 *
 * @example
 * const { event, nonce } = await verifyVoiceEvent(request, signatureSecret);
 * if (event.status === "unanswered") offerText(event.uuid);
 */
export async function verifyVoiceEvent(
  request: Request,
  signatureSecret: string,
  now: number = Date.now(),
): Promise<VerifiedWebhook & { readonly event: VoiceEvent }> {
  const received = await receive(request);
  const { verified, fault } = await checkVoiceEvent(received, signatureSecret, now);
  if (fault !== undefined) throw new WebhookError(fault);
  return { ...verified, event: toEvent(received) };
}

/** Reads a request, and returns the fault instead of throwing it. */
export async function receiveVoiceEvent(
  request: Request,
  lengthHolds = false,
): Promise<
  | { readonly received: ReceivedVoiceEvent; readonly fault?: never }
  | { readonly received?: never; readonly fault: WebhookFault }
> {
  const authorization = request.headers.get("authorization");
  if (request.method === "GET") {
    const fields = Object.fromEntries(parseQuery(request.url).parameters);
    return { received: { authorization, payload: JSON.stringify(fields), fields } };
  }
  const payload = await readBoundedText(request, MAX_REQUEST_BODY_BYTES, lengthHolds).catch(() => BROKEN_OFF);
  if (payload === undefined) {
    return {
      fault: { code: "too_large", detail: "the body has more than 8 KiB; Vonage's webhooks are shorter" },
    };
  }
  const fields = parseObject(payload || "{}");
  if (fields === undefined) {
    return {
      fault: { code: "malformed", detail: "the body broke off, or is not one JSON object in UTF-8" },
    };
  }
  return { received: { authorization, payload, fields } };
}

/** Is no JSON, as little as the body that it stands for. */
const BROKEN_OFF = "(broken off)";

/** Verifies the origin of an event, and returns the fault instead of throwing it. */
export const checkVoiceEvent = (
  { authorization, payload }: ReceivedVoiceEvent,
  signatureSecret: string,
  now: number,
): Promise<
  | { readonly verified: VerifiedWebhook; readonly fault?: never }
  | { readonly verified?: never; readonly fault: SignatureFault }
> => checkJwt(authorization, payload, signatureSecret, now);

/** Parses an event, and returns the fault instead of throwing it. */
export function decodeVoiceEvent({
  fields,
}: ReceivedVoiceEvent):
  | { readonly event: VoiceEvent; readonly fault?: never }
  | { readonly event?: never; readonly fault: WebhookFault } {
  const texts = Object.entries(fields).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  const { output, fault } = readEntries(schema, new Map(texts));
  if (fault !== undefined) return { fault };
  const { uuid, status, to, network, price, timestamp } = output;
  const occurredAt = Date.parse(timestamp ?? "");
  return {
    event: {
      uuid,
      status,
      ...present({
        to: to?.replace("+", ""),
        networkCode: network,
        price,
        occurredAt: Number.isNaN(occurredAt) ? undefined : occurredAt,
      }),
    },
  };
}

async function receive(request: Request): Promise<ReceivedVoiceEvent> {
  const { received, fault } = await receiveVoiceEvent(request);
  if (fault !== undefined) throw new WebhookError(fault);
  return received;
}

function toEvent(received: ReceivedVoiceEvent): VoiceEvent {
  const { event, fault } = decodeVoiceEvent(received);
  if (fault !== undefined) throw new WebhookError(fault);
  return event;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
