// Counts the rows that a Durable Object class writes, by the platform's own counter, for `rowsOf` in ../rows.ts. All
// objects of a Worker share its isolate, and so this counter.

interface Storage {
  readonly sql: { exec(...query: unknown[]): { readonly rowsWritten: number } };
  setAlarm(...alarm: unknown[]): Promise<void>;
}

type ObjectClass = new (context: { readonly storage: Storage }, env: unknown) => object;

let rows = 0;

export const rowsWritten = (): number => rows;

/** Wraps a class so that its rows are counted. Cloudflare bills setting an alarm as one row. */
export function counted(inner: ObjectClass): ObjectClass {
  return class extends inner {
    constructor(context: { readonly storage: Storage }, env: unknown) {
      const { storage } = context;
      const { sql } = storage;
      const { exec } = sql;
      const { setAlarm } = storage;
      sql.exec = (...query) => {
        const cursor = exec.apply(sql, query);
        rows += cursor.rowsWritten;
        return cursor;
      };
      storage.setAlarm = (...alarm) => {
        rows++;
        return setAlarm.apply(storage, alarm);
      };
      super(context, env);
    }
  };
}
