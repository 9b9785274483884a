import type { Sql } from "../storage/sql.ts";
import type { CounterNames } from "./cells-text.ts";

/** There are some 120. More can only come from a fault, and are counted together. */
const MOST_NAMES = 2000;
const BEYOND = "unnamed";

export interface StoredNames extends CounterNames {
  /** A transaction failed: names given in it are not stored. */
  forget(): void;
}

/** Opens the table of names. */
export function createCounterNames(sql: Sql): StoredNames {
  let numbers = new Map<string, number>();
  let names = new Map<number, string>();
  read();

  return {
    toNumber(name) {
      const known = numbers.get(name);
      if (known !== undefined) return known;
      if (numbers.size >= MOST_NAMES && name !== BEYOND) return this.toNumber(BEYOND);
      const number = numbers.size + 1;
      sql.exec("INSERT INTO counters VALUES (?, ?)", number, name);
      add(number, name);
      return number;
    },
    toName: (number) => names.get(number),
    forget: read,
  };

  function read(): void {
    numbers = new Map();
    names = new Map();
    for (const { id, name } of sql.exec("SELECT id, name FROM counters ORDER BY id").toArray()) {
      add(Number(id), String(name));
    }
  }

  function add(number: number, name: string): void {
    numbers.set(name, number);
    names.set(number, name);
  }
}
