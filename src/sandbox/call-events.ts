// The life of a call, told by the Voice API's event webhook: it starts, rings, and is answered or not.

import type { SandboxAccount } from "./accounts.ts";
import { SANDBOX_APPLICATION } from "./application.ts";
import type { Background } from "./background.ts";
import type { HandsetCall } from "./handset.ts";
import type { Timeline } from "./timeline.ts";
import type { Way } from "./way.ts";
import type { EventUrl, WebhookSender } from "./webhooks.ts";

/** A call that was accepted. */
export interface PlacedCall extends Omit<HandsetCall, "startedAt"> {
  readonly conversation: string;
  /** Milliseconds for which it rings. */
  readonly ringingTimer: number;
  readonly target?: EventUrl | undefined;
}

export interface CallEvents {
  /** Reports that the call has started. */
  started(call: PlacedCall, way: Way, isWanted: () => boolean): Promise<void>;
  /** Reports that it rings, and later that the user has not answered. */
  ringing(call: PlacedCall, way: Way, isWanted: () => boolean): Promise<void>;
  /** Reports that it did not reach the phone, or what a lying carrier says instead. */
  lost(call: PlacedCall, way: Way, isWanted: () => boolean): Promise<void>;
  /** The user answers. */
  answered(uuid: string): void;
}

/** The duration of the spoken text. */
const DURATION_S = 5;

export function createCallEvents(
  accounts: ReadonlyMap<string, SandboxAccount>,
  webhooks: WebhookSender,
  background: Background,
  { now, sleep }: Timeline,
): CallEvents {
  /** The calls that ring. */
  const ringing = new Map<string, { readonly call: PlacedCall; readonly way: Way }>();

  return {
    started: (call, way, isWanted) => send(call, way, "started", isWanted),

    async ringing(call, way, isWanted) {
      ringing.set(call.uuid, { call, way });
      await send(call, way, "ringing", isWanted);
      // It was answered meanwhile, or no webhook is configured: there is nothing to wait for.
      if (!ringing.has(call.uuid) || !webhooks.takesEvents(call.target)) return;
      background.await(async (isStillWanted) => {
        await sleep(call.ringingTimer);
        if (!ringing.delete(call.uuid)) return;
        background.start(() => send(call, way, "unanswered", isStillWanted));
      });
    },

    async lost(call, way, isWanted) {
      if (way.receipts === "delivered") return complete(call, way, isWanted);
      await send(call, way, way.callStatus ?? "failed", isWanted);
    },

    answered(uuid) {
      const known = ringing.get(uuid);
      if (known === undefined) return;
      ringing.delete(uuid);
      background.start((isWanted) => complete(known.call, known.way, isWanted));
    },
  };

  async function complete(call: PlacedCall, way: Way, isWanted: () => boolean): Promise<void> {
    await send(call, way, "answered", isWanted);
    await send(call, way, "completed", isWanted);
  }

  async function send(call: PlacedCall, way: Way, status: string, isWanted: () => boolean): Promise<void> {
    const account = accounts.get(SANDBOX_APPLICATION.apiKey);
    if (way.receipts === "missing" || account === undefined) return;
    const { uuid, number, from, conversation, target } = call;
    const summary = { network: way.networkCode, price: way.price, duration: String(DURATION_S) };
    const event = {
      ...{ from, to: number, uuid, conversation_uuid: conversation, status, direction: "outbound" },
      timestamp: new Date(now()).toISOString(),
      ...(status === "completed" && summary),
    };
    await webhooks.sendEvent(account, event, isWanted, target);
  }
}
