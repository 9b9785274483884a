// Divides Vonage's exchanges into those of the demonstration's many users, and all others. The page lists the others, and
// draws the rest as dots.

import type { SandboxExchange } from "../../src/sandbox/index.ts";
import { networkOf } from "../../src/sandbox/routing/networks.ts";

/** One text of the demonstration to the network that the page shows, or a report about one. */
export interface TrafficEvent {
  /** The `seq` of the exchange. */
  readonly seq: number;
  readonly carrier: string;
  /** The outcome that was reported; `undefined` for a text. */
  readonly delivered?: boolean;
}

export interface Traffic {
  /** Takes the exchanges since the last call. */
  sort(): void;
  /** Lists the exchanges of others with a higher `seq`, oldest first. */
  others(after: number): readonly SandboxExchange[];
  /** Lists the events of the demonstration with a higher `seq`, oldest first. */
  events(after: number): readonly TrafficEvent[];
  /** The last `seq` that was seen. */
  last(): number;
  forget(): void;
}

const MAX_OTHERS = 1000;
const MAX_EVENTS = 100;
const MAX_IDS = 5000;

/**
 * @param list Lists exchanges with a higher `seq`.
 * @param isTraffic Tells whether a number belongs to the demonstration.
 * @param network The network that the page shows.
 */
export function createTraffic(
  list: (after: number) => readonly SandboxExchange[],
  isTraffic: (number: string) => boolean,
  network: string,
): Traffic {
  let seen = 0;
  let others: SandboxExchange[] = [];
  let events: TrafficEvent[] = [];
  /** The carrier of each of the demonstration's messages; empty for a call, and on other networks. */
  const carriers = new Map<string, string>();

  /** Other messages, and those from before everything was forgotten, whose reports may still come. */
  const own = new Set<string>();
  const stale = new Set<string>();

  const take = (exchange: SandboxExchange) => {
    const { seq, parameters, messageIds = [], carrier = "" } = exchange;
    const number = numberOf(parameters);
    const id = parameters["message-id"] ?? parameters.messageId ?? "";
    if (stale.has(id)) return;
    if (number === undefined ? !carriers.has(id) : !isTraffic(number)) {
      others.push(exchange);
      for (const one of messageIds) own.add(one);
      return;
    }
    const shown = number !== undefined && networkOf(number) === network ? carrier : "";
    for (const one of messageIds) carriers.set(one, shown);
    if (messageIds.length > 0 && shown !== "") events.push({ seq, carrier: shown });
    const reported = carriers.get(id);
    if (reported) events.push({ seq, carrier: reported, delivered: parameters.delivered === "true" });
  };

  return {
    sort: () => {
      for (const exchange of list(seen)) {
        seen = exchange.seq;
        take(exchange);
      }
      others = others.slice(-MAX_OTHERS);
      events = events.slice(-MAX_EVENTS);
      for (const ids of [carriers, own, stale]) dropOldest(ids);
    },
    others: (after) => others.filter(({ seq }) => seq > after),
    events: (after) => events.filter(({ seq }) => seq > after),
    last: () => seen,
    forget: () => {
      others = [];
      events = [];
      for (const id of [...carriers.keys(), ...own]) stale.add(id);
      carriers.clear();
      own.clear();
    },
  };
}

function dropOldest(ids: Map<string, unknown> | Set<string>): void {
  for (const oldest of ids.keys()) {
    if (ids.size <= MAX_IDS) return;
    ids.delete(oldest);
  }
}

/** The handset's number. The Voice API has it inside a list. */
function numberOf({ msisdn, to }: SandboxExchange["parameters"]): string | undefined {
  return msisdn ?? (to === undefined ? undefined : (/"number":"(\d+)"/.exec(to)?.[1] ?? to));
}
