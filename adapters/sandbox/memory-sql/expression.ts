// Expressions, as far as the stores use them, with SQLite's meaning: a comparison with NULL is NULL, numbers come before
// texts, and a condition holds if it is neither 0 nor NULL.

import type { SqlValue } from "../../cloudflare/storage/sql.ts";
import type { Reader } from "./reader.ts";

export type Row = Readonly<Record<string, SqlValue>>;

/** The values that an expression may refer to. */
export interface Scope {
  readonly row: Row;
  /** The row that an upsert could not insert. */
  readonly excluded?: Row;
  readonly bindings: readonly SqlValue[];
  /** The rows that aggregates are over. */
  readonly group?: readonly Row[];
}

type Value = SqlValue | readonly SqlValue[];
export type Expression = (scope: Scope) => SqlValue;
type Evaluate = (scope: Scope) => Value;

/** Functions of a group of rows. `min` and `max` of several values are functions of one row. */
export const AGGREGATES: readonly string[] = ["count", "sum", "min", "max"];

/** Tells whether the value of a condition lets a row pass. */
export const holds = (value: SqlValue): boolean => value !== null && Number(value) !== 0;

/** Compares two values in SQLite's order of types: NULL, numbers, texts. */
export function compareValues(a: SqlValue, b: SqlValue): number {
  const [left, right] = [rank(a), rank(b)];
  if (left !== right) return left - right;
  if (a === null || b === null || a === b) return 0;
  return a < b ? -1 : 1;
}

const rank = (value: SqlValue) => (value === null ? 0 : typeof value === "number" ? 1 : 2);

/** Reads one expression. */
export function readExpression(reader: Reader): Expression {
  const evaluate = readOr(reader);
  return (scope) => {
    const value = evaluate(scope);
    if (isTuple(value)) throw new Error("The sandbox's database found a row where a value must be.");
    return value;
  };
}

function readOr(reader: Reader): Evaluate {
  let left = readAnd(reader);
  while (reader.take("OR")) {
    const [one, other] = [left, readAnd(reader)];
    left = (scope) => toFlag(holdsAll(one(scope)) || holdsAll(other(scope)));
  }
  return left;
}

function readAnd(reader: Reader): Evaluate {
  let left = readComparison(reader);
  while (reader.take("AND")) {
    const [one, other] = [left, readComparison(reader)];
    left = (scope) => toFlag(holdsAll(one(scope)) && holdsAll(other(scope)));
  }
  return left;
}

const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  "<=": (order) => order <= 0,
  ">=": (order) => order >= 0,
  "<>": (order) => order !== 0,
  "=": (order) => order === 0,
  "<": (order) => order < 0,
  ">": (order) => order > 0,
};

function readComparison(reader: Reader): Evaluate {
  const left = readSum(reader);
  if (reader.take("IS", "NOT", "NULL")) return (scope) => toFlag(left(scope) !== null);
  if (reader.take("IS", "NULL")) return (scope) => toFlag(left(scope) === null);
  if (reader.take("IN")) {
    const options = reader.inParentheses(() => readSum(reader));
    return (scope) => {
      const value = left(scope);
      return toFlag(options.some((option) => compareAll(value, option(scope)) === 0));
    };
  }
  if (reader.take("LIKE")) {
    const pattern = readSum(reader);
    return (scope) => toFlag(toPattern(String(pattern(scope))).test(String(left(scope))));
  }
  for (const [sign, isMet] of Object.entries(COMPARISONS)) {
    if (!reader.take(sign)) continue;
    const right = readSum(reader);
    return (scope) => {
      const order = compareAll(left(scope), right(scope));
      return order === undefined ? null : toFlag(isMet(order));
    };
  }
  return left;
}

function readSum(reader: Reader): Evaluate {
  let left = readProduct(reader);
  for (;;) {
    const sign = reader.take("+") ? 1 : reader.take("-") ? -1 : 0;
    if (sign === 0) return left;
    const [one, other] = [left, readProduct(reader)];
    left = (scope) => calculate(one(scope), other(scope), (a, b) => a + sign * b);
  }
}

function readProduct(reader: Reader): Evaluate {
  let left = readPrimary(reader);
  for (;;) {
    const isProduct = reader.take("*");
    if (!isProduct && !reader.take("/")) return left;
    const [one, other] = [left, readPrimary(reader)];
    // Whole numbers are divided without a remainder.
    left = (scope) => calculate(one(scope), other(scope), (a, b) => (isProduct ? a * b : Math.trunc(a / b)));
  }
}

function readPrimary(reader: Reader): Evaluate {
  const number = reader.takeType("number");
  if (number !== undefined) return () => Number(number);
  const text = reader.takeType("text");
  if (text !== undefined) return () => text;
  const binding = reader.binding();
  if (binding !== undefined) return ({ bindings }) => bindings[binding] ?? null;
  if (reader.take("(")) {
    const parts = reader.list(() => readOr(reader));
    reader.expect(")");
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return only;
    return (scope) => parts.flatMap((part) => part(scope));
  }
  if (reader.take("TRUE")) return () => 1;
  if (reader.take("NULL")) return () => null;
  if (reader.take("CAST", "(")) {
    const value = readOr(reader);
    reader.expect("AS", "INTEGER", ")");
    return (scope) => Math.trunc(Number.parseFloat(String(value(scope)))) || 0;
  }
  const name = reader.name();
  if (reader.take("(")) return readCall(name.toLowerCase(), reader);
  if (reader.take(".")) {
    const column = reader.name();
    return ({ excluded }) => cellOf(excluded ?? {}, column);
  }
  return ({ row }) => cellOf(row, name);
}

function readCall(name: string, reader: Reader): Evaluate {
  if (reader.take("*", ")")) return ({ group = [] }) => group.length;
  const given = reader.list(() => readExpression(reader));
  reader.expect(")");
  const [first] = given;
  if (given.length === 1 && first !== undefined && AGGREGATES.includes(name)) {
    return ({ group = [], ...scope }) =>
      aggregate(
        name,
        group.map((row) => first({ ...scope, row })).filter((value) => value !== null),
      );
  }
  return (scope) =>
    callFunction(
      name,
      given.map((one) => one(scope)),
    );
}

function aggregate(name: string, values: readonly SqlValue[]): SqlValue {
  if (name === "count") return values.length;
  if (values.length === 0) return null;
  if (name === "sum") return values.reduce<number>((sum, value) => sum + Number(value), 0);
  return pickExtreme(name, values);
}

function callFunction(name: string, given: readonly SqlValue[]): SqlValue {
  if (given.includes(null)) return null;
  const [first = "", second = ""] = given.map(String);
  if (name === "min" || name === "max") return pickExtreme(name, given);
  if (name === "instr") return first.indexOf(second) + 1;
  if (name === "substr") return first.slice(Number(second) - 1);
  throw new Error(`The sandbox's database has no function ${name}.`);
}

function pickExtreme(name: string, values: readonly SqlValue[]): SqlValue {
  const sorted = values.toSorted(compareValues);
  return sorted.at(name === "min" ? 0 : -1) ?? null;
}

function cellOf(row: Row, column: string): SqlValue {
  const value = row[column];
  if (value === undefined) throw new Error(`The sandbox's database has no column ${column}.`);
  return value;
}

/** The order of two values or two rows of values; `undefined` if NULL decides it. */
function compareAll(a: Value, b: Value): number | undefined {
  const [left, right] = [[a].flat(), [b].flat()];
  for (const [index, one] of left.entries()) {
    const other = right[index] ?? null;
    if (one === null || other === null) return undefined;
    const order = compareValues(one, other);
    if (order !== 0) return order;
  }
  return 0;
}

function calculate(a: Value, b: Value, operate: (a: number, b: number) => number): SqlValue {
  return a === null || b === null ? null : operate(Number(a), Number(b));
}

/** `%` stands for any text. Case does not count. */
function toPattern(like: string): RegExp {
  const parts = like.split("%").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^]*")}$`, "i");
}

const isTuple = (value: Value): value is readonly SqlValue[] => typeof value === "object" && value !== null;
const holdsAll = (value: Value) => !isTuple(value) && holds(value);
const toFlag = (isTrue: boolean): number => (isTrue ? 1 : 0);
