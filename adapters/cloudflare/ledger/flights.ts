import type { MessageKey } from "../../../src/ledger/row.ts";
import type { UnderWay } from "../../../src/ledger/under-way.ts";

export type Flights = ReturnType<typeof createFlights>;

/** The messages whose requests are under way in this instance. */
export function createFlights() {
  let flights = new Map<string, UnderWay>();

  return {
    count: () => flights.size,
    all: (): UnderWay[] => [...flights.values()],
    get: (key: MessageKey): UnderWay | undefined => flights.get(toId(key)),
    has: (key: MessageKey): boolean => flights.has(toId(key)),

    keep(underWay: UnderWay): void {
      flights.set(toId(underWay.row), underWay);
    },

    end(key: MessageKey): void {
      flights.delete(toId(key));
    },

    /** Gives a function that undoes what happens from now on. There are few flights, so a copy costs nothing. */
    toUndo(): () => void {
      const before = new Map(flights);
      return () => {
        flights = before;
      };
    },
  };
}

const toId = ({ channel, messageId }: MessageKey) => `${channel} ${messageId}`;
