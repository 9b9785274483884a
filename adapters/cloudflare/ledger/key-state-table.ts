import type { KeyState } from "../../../src/ledger/key-state.ts";
import { parseGate, toStoredGate } from "../../../src/ledger/stored-gate.ts";
import type { Traffic } from "../../../src/wire/report.ts";
import type { Sql } from "../storage/sql.ts";

/** The states of the keys, in the table `gates`. Those that cannot be read are left out. */
export const createKeyStateTable = (sql: Sql) => ({
  readKeyStates: (): ReadonlyMap<string, KeyState> =>
    new Map(
      sql
        .exec("SELECT * FROM gates")
        .toArray()
        .flatMap(({ traffic, gate }) => {
          const state = parseGate(String(gate));
          return state === undefined ? [] : [[String(traffic), state] as const];
        }),
    ),

  writeKeyState(traffic: Traffic, state: KeyState): void {
    const gate = JSON.stringify(toStoredGate(state));
    sql.exec("INSERT OR REPLACE INTO gates VALUES (?, ?)", traffic, gate);
  },
});
