// A namespace of Durable Objects in this process. Objects are made at their first use, with an alarm on the sandbox's
// clock.

import type { ShardNamespace } from "../cloudflare/ledger/settings.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** An object: its methods, as callers see them, and its alarm. */
export interface LocalObject {
  readonly methods: object;
  alarm(): Promise<void>;
}

/** @param open Makes an object. `setAlarm` replaces the alarm set before. */
export function createNamespace(
  clock: VirtualClock,
  open: (name: string, setAlarm: (at: number) => void) => LocalObject,
): ShardNamespace {
  const objects = new Map<string, LocalObject>();

  return {
    idFromName: (name) => name,
    get: (name: string) => (objects.get(name) ?? create(name)).methods,
  };

  function create(name: string): LocalObject {
    let cancel = () => {};
    const object = open(name, (at) => {
      cancel();
      cancel = clock.at(at, () => void object.alarm());
    });
    objects.set(name, object);
    return object;
  }
}
