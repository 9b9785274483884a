// Runs in workerd: a clock that a test turns forward by `POST /turned-clock?by=MILLISECONDS`. Alarms follow this clock.
// Timers do not.

import type { Env, ShardContext, Worker } from "../../../adapters/cloudflare/index.ts";

type Binding = "CHALLENGES" | "INSIGHT" | "LEDGER" | "SEND_LIMITS";

interface Namespace {
  idFromName(name: string): unknown;
  get(id: unknown): { turnAlarm(by: number): Promise<void> };
}

let ahead = 0;
const realNow = Date.now;
Date.now = () => realNow() + ahead;

/** The objects that have an alarm to turn. All share this isolate. */
const started = new Map<string, readonly [binding: Binding, name: string]>();

/** Makes a Durable Object's alarm follow the clock. */
export function followClock<T extends ShardContext>(
  Base: new (context: T, env: Env) => object,
  binding: Binding,
) {
  return class extends Base {
    readonly #setAlarm: (at: number) => Promise<void>;
    readonly #getAlarm: () => Promise<number | null>;

    constructor(context: T, env: Env) {
      const { id, storage } = context;
      const setAlarm = storage.setAlarm.bind(storage);
      const getAlarm = storage.getAlarm.bind(storage);
      storage.setAlarm = (at) => setAlarm(at - ahead);
      storage.getAlarm = async () => {
        const at = await getAlarm();
        return at === null ? null : at + ahead;
      };
      super(context, env);
      this.#setAlarm = setAlarm;
      this.#getAlarm = getAlarm;
      const { name = "" } = id;
      started.set(`${binding} ${name}`, [binding, name]);
    }

    /** Moves the alarm that was set before the clock was turned. */
    async turnAlarm(by: number): Promise<void> {
      const at = await this.#getAlarm();
      if (at !== null) await this.#setAlarm(at - by);
    }
  };
}

/** Adds the route that turns the clock. */
export function turnable(worker: Worker): Worker {
  return {
    ...worker,
    async fetch(request, env, context) {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname !== "/turned-clock") return worker.fetch(request, env, context);
      const by = Number(searchParams.get("by"));
      ahead += by;
      const namespaces = env as unknown as Readonly<Record<Binding, Namespace>>;
      await Promise.all(
        [...started.values()].map(([binding, name]) => {
          const namespace = namespaces[binding];
          return namespace.get(namespace.idFromName(name)).turnAlarm(by);
        }),
      );
      return new Response();
    },
  };
}
