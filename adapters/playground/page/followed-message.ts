// The visitor's last message, followed through the exchanges and the handset. Pure functions.

import type { SandboxExchange } from "../../../src/sandbox/index.ts";
import type { LiveState } from "../demo.ts";

/** A message of the visitor's own, as far as its way is known. */
export interface Message {
  readonly ids: readonly string[];
  readonly isCall: boolean;
  /** The carrier that Vonage chose; `undefined` on networks without a choice. */
  readonly carrier: string | undefined;
  /** Epoch milliseconds. */
  readonly sentAt: number;
  /** The status of the last receipt. */
  readonly receipt?: string;
  /** The outcome that Vonage has recorded. */
  readonly recorded?: boolean;
}

/** Follows the visitor's messages: returns the last one after an exchange. */
export function follow(message: Message | undefined, exchange: SandboxExchange): Message | undefined {
  const { path, at, parameters, messageIds, carrier, note = "", status } = exchange;
  if (messageIds !== undefined) {
    return { ids: messageIds, isCall: path === "/v1/calls", carrier, sentAt: Date.parse(at) };
  }
  const id = parameters["message-id"] ?? parameters.messageId ?? "";
  if (message === undefined || !message.ids.includes(id)) return message;
  if (path.endsWith("/delivery-receipt")) return { ...message, receipt: parameters.status ?? "" };
  const isRecorded =
    path.startsWith("/conversions/") && ((status > 0 && status < 400) || note.endsWith("effect"));
  return isRecorded ? { ...message, recorded: parameters.delivered === "true" } : message;
}

/** Returns `true` if the message is on the handset. */
export function hasArrived({ ids }: Message, { messages, calls }: LiveState["handset"]): boolean {
  return (
    messages.some(({ messageIds }) => messageIds.some((id) => ids.includes(id))) ||
    calls.some(({ uuid }) => ids.includes(uuid))
  );
}
