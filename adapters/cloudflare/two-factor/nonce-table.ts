import type { Sql } from "../storage/sql.ts";

/** The longest that a webhook's signature stays valid. */
const KEPT_MS = 3_600_000;

/** The nonces of webhooks, so that none is taken twice. */
export const createNonceTable = (sql: Sql) => ({
  /** Remembers a nonce; `false`: it was there already. */
  remember: (nonce: string, until: number): boolean =>
    sql.exec("INSERT OR IGNORE INTO nonces VALUES (?, ?) RETURNING nonce", nonce, until).toArray().length > 0,

  /** Deletes expired nonces. One that would live longer than the maximum was stored by a clock that was ahead: cap it. */
  purge(now: number): void {
    sql.exec("DELETE FROM nonces WHERE until <= ?", now);
    const until = now + KEPT_MS;
    sql.exec("UPDATE nonces SET until = ? WHERE until > ?", until, until);
  },

  nextEnd(): number | undefined {
    const at = sql.exec("SELECT min(until) AS at FROM nonces").toArray()[0]?.at;
    return typeof at === "number" ? at : undefined;
  },
});
