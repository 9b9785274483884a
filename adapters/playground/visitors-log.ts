// The sandbox's exchanges for the page's timeline: those about its visitor's messages since the page was started over. The
// demonstration's, some a second, are left out, and so are late reports about messages from before the start.

import type { Sandbox, SandboxExchange } from "../../src/sandbox/index.ts";
import { CROWDS } from "./demonstration/world.ts";

export interface VisitorsLog {
  /** Lists exchanges with a higher `seq`, oldest first. */
  since(seq: number): readonly SandboxExchange[];
  /** Hides what it has, and what is still to come about the same messages. Call it before the sandbox forgets. */
  forget(): void;
}

const MAX_EXCHANGES = 1000;
/** The demonstration sends some 1200 messages in five minutes. */
const MAX_IDS = 20_000;

export function createVisitorsLog(sandbox: Sandbox): VisitorsLog {
  const hidden = new Set<string>();
  let own: string[] = [];
  let kept: SandboxExchange[] = [];
  let seen = 0;

  const hide = (ids: readonly string[]) => {
    for (const id of ids) hidden.add(id);
    for (const id of hidden) {
      if (hidden.size <= MAX_IDS) return;
      hidden.delete(id);
    }
  };

  const isShown = ({ parameters, messageIds = [] }: SandboxExchange): boolean => {
    // The recipient of a call is JSON.
    const number = /\d{7,15}/.exec(parameters.msisdn ?? parameters.to ?? "")?.[0] ?? "";
    if (CROWDS.some(({ prefix }) => number.startsWith(prefix))) {
      hide(messageIds);
      return false;
    }
    own.push(...messageIds);
    return !hidden.has(parameters["message-id"] ?? parameters.messageId ?? "");
  };

  const read = () => {
    const fresh = sandbox.exchanges(seen);
    seen = fresh.at(-1)?.seq ?? seen;
    kept = [...kept, ...fresh.filter(isShown)].slice(-MAX_EXCHANGES);
  };

  return {
    since: (after) => {
      read();
      return kept.filter(({ seq }) => seq > after);
    },
    forget: () => {
      read();
      hide(own);
      own = [];
      kept = [];
    },
  };
}
