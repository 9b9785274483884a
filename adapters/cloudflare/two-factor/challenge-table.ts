import type { Challenge } from "../../../src/two-factor/challenge/challenge.ts";
import { parseChallenge } from "../../../src/two-factor/challenge/stored.ts";
import { listSpellings, toCanonicalNumber } from "../../../src/two-factor/numbers/spellings.ts";
import type { Quarantine } from "../storage/quarantine.ts";
import type { Sql } from "../storage/sql.ts";

/** The longest lifetime of a code, and a day after its end. */
const FORGOTTEN_AFTER_MS = 25 * 3_600_000;

/** The rows of challenges. Their meaning is in src/two-factor/challenge. */
export function createChallengeTable(sql: Sql, quarantine: Quarantine) {
  const table = {
    /** An unreadable row goes into quarantine, and the challenge counts as unknown. */
    read(id: string, now: number): Challenge | undefined {
      const [found] = sql.exec("SELECT * FROM challenges WHERE id = ?", id).toArray();
      return found && toChallenge(found, now);
    },

    /** All challenges of one phone, the newest first. Rows of version 0.1 hold the number as it was written. */
    ofNumber(number: string, now: number): Challenge[] {
      return listSpellings(number)
        .flatMap((spelling) => sql.exec("SELECT * FROM challenges WHERE number = ?", spelling).toArray())
        .flatMap((found) => toChallenge(found, now) ?? [])
        .sort((a, b) => b.createdAt - a.createdAt);
    },

    /**
     * @param settleAt When to settle a message that is being sent; `undefined`: there is none.
     * @param forgetAt When to delete the challenge.
     */
    write(challenge: Challenge, settleAt: number | undefined, forgetAt: number): void {
      const { id, to } = challenge;
      sql.exec(
        "INSERT OR REPLACE INTO challenges VALUES (?, ?, ?, ?, ?)",
        id,
        toCanonicalNumber(to),
        settleAt ?? null,
        forgetAt,
        JSON.stringify(challenge),
      );
    },

    /** Ids of challenges with a message that should have been sent by now. */
    unsettled(by: number, limit: number): string[] {
      return sql
        .exec("SELECT id FROM challenges WHERE settle_at <= ? ORDER BY settle_at LIMIT ?", by, limit)
        .toArray()
        .map(({ id }) => String(id));
    },

    remove(id: string): void {
      sql.exec("DELETE FROM challenges WHERE id = ?", id);
    },

    /** Removes the challenges of a number, and gives their ids. */
    removeOf: (number: string): string[] =>
      sql
        .exec("DELETE FROM challenges WHERE number = ? RETURNING id", number)
        .toArray()
        .map(({ id }) => String(id)),

    /** Deletes expired rows. A row that would live longer than the maximum was stored by a clock that was ahead: cap it. */
    purge(now: number): void {
      sql.exec("DELETE FROM challenges WHERE forget_at <= ?", now);
      const forgetAt = now + FORGOTTEN_AFTER_MS;
      sql.exec("UPDATE challenges SET forget_at = ? WHERE forget_at > ?", forgetAt, forgetAt);
    },

    /** The next instants at which a challenge has to be settled, and deleted. */
    nextEnds(): number[] {
      return [
        "SELECT min(settle_at) AS at FROM challenges WHERE settle_at IS NOT NULL",
        "SELECT min(forget_at) AS at FROM challenges",
      ]
        .map((query) => sql.exec(query).toArray()[0]?.at)
        .filter((at) => typeof at === "number");
    },
  };
  return table;

  function toChallenge(found: Record<string, unknown>, now: number): Challenge | undefined {
    const id = String(found.id);
    const challenge = parseChallenge(String(found.challenge), id);
    if (challenge === undefined) {
      quarantine.add("challenges", id, found, now);
      table.remove(id);
    }
    return challenge;
  }
}
