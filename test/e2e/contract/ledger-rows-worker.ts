// The Worker with a ledger that counts what the platform bills: rows written and read, by the platform's own counter,
// and alarms set, each billed as one more row written.

import worker, {
  Challenges,
  Ledger as CountlessLedger,
  type Env,
  Insight,
  SendLimits,
  type ShardContext,
} from "../../../adapters/cloudflare/index.ts";

export interface Billed {
  readonly rowsWritten: number;
  readonly rowsRead: number;
  readonly alarms: number;
}

interface Cursor {
  readonly rowsWritten: number;
  readonly rowsRead: number;
  toArray(): Record<string, unknown>[];
}

const NOTHING: Billed = { rowsWritten: 0, rowsRead: 0, alarms: 0 };

class CountedLedger extends CountlessLedger {
  #billed: () => Billed;

  constructor(context: ShardContext, env: Env) {
    let billed = NOTHING;
    const add = (more: Partial<Billed>) => {
      billed = {
        rowsWritten: billed.rowsWritten + (more.rowsWritten ?? 0),
        rowsRead: billed.rowsRead + (more.rowsRead ?? 0),
        alarms: billed.alarms + (more.alarms ?? 0),
      };
    };
    const { storage } = context;
    const exec = storage.sql.exec.bind(storage.sql);
    Object.assign(storage.sql, {
      exec: (...given: Parameters<typeof exec>) => {
        const cursor = exec(...given) as Cursor;
        const rows = cursor.toArray();
        add(cursor);
        return { toArray: () => rows };
      },
    });
    const setAlarm = storage.setAlarm.bind(storage);
    Object.assign(storage, {
      setAlarm: (at: number) => {
        add({ alarms: 1 });
        return setAlarm(at);
      },
    });
    super(context, env);
    this.#billed = () => {
      const since = billed;
      billed = NOTHING;
      return since;
    };
  }

  /** Gives what was billed since the last call. */
  async billed(): Promise<Billed> {
    return this.#billed();
  }
}

interface Stub {
  billed(): Promise<Billed>;
}

export { Challenges, CountedLedger as Ledger, Insight, SendLimits };

export default {
  async fetch(request: Request, env: Env, context: never): Promise<Response> {
    if (new URL(request.url).pathname !== "/billed") return worker.fetch(request as never, env, context);
    const { LEDGER } = env;
    if (LEDGER === undefined) return new Response(null, { status: 404 });
    return Response.json(await (LEDGER.get(LEDGER.idFromName("shard-0") as never) as Stub).billed());
  },
};
