// Reads the environment into options and remembers the setting that each came from, so that a fault of an option can be
// reported as a fault of its setting.

import { Unreadable } from "./readers.ts";
import { SETTING_NAMES, SETTINGS, type SettingName } from "./table.ts";

/** A setting that is missing or wrong, with the rule that it breaks. */
export interface SettingFault {
  readonly name: string;
  readonly rule: string;
}

/** Nested options by name. */
export interface OptionTree {
  [name: string]: unknown;
}

export interface Assembled {
  /** Options by the part that checks them: `handler`, `ledger`, `workflow`, `sms`, `voice`, `objects`, `insight`. */
  readonly options: OptionTree;
  /** Settings that cannot be read. */
  readonly faults: readonly SettingFault[];
  /** Tells whether a setting has a value of any kind. */
  isGiven(name: string): boolean;
  /** Names the setting that an option comes from, given or not; `undefined` if no setting has that option. */
  nameOf(path: string): SettingName | undefined;
}

/** Reads every setting that has a value. */
export function assemble(env: Readonly<Record<string, unknown>>): Assembled {
  const options: OptionTree = {};
  const faults: SettingFault[] = [];
  const origins = new Map<string, SettingName>();
  for (const name of SETTING_NAMES) {
    const { option, read = asItIs, binding } = SETTINGS[name];
    const given = env[name];
    if (given === undefined || ((given === null || given === "") && name !== "LEDGER")) continue;
    if (binding) {
      put(options, option, given);
    } else if (typeof given !== "string") {
      // wrangler.toml's [vars] may hold numbers, lists and tables.
      faults.push({ name, rule: "must be text" });
    } else {
      const value = read(given);
      if (value instanceof Unreadable) faults.push({ name, rule: value.rule });
      else if (Array.isArray(value)) append(name, option, value);
      else put(options, option, value);
    }
  }
  return {
    options,
    faults,
    // A LEDGER that is bound to nothing is a mistake, not a ledger that was left out.
    isGiven: (name) => (name === "LEDGER" ? env[name] !== undefined : Boolean(env[name])),
    nameOf: (path) => {
      for (let at = path; at !== ""; at = at.slice(0, Math.max(at.lastIndexOf("."), 0))) {
        const found = origins.get(at) ?? SETTING_NAMES.find((name) => SETTINGS[name].option === at);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };

  /** Two settings may fill one list, so remember the origin of each item. */
  function append(name: SettingName, option: string, items: readonly unknown[]): void {
    const before = (get(options, option) as readonly unknown[] | undefined) ?? [];
    for (const at of items.keys()) origins.set(`${option}.${before.length + at}`, name);
    put(options, option, [...before, ...items]);
  }
}

const asItIs = (text: string): string => text;

function get(tree: OptionTree, path: string): unknown {
  return path.split(".").reduce<unknown>((at, part) => (at as OptionTree | undefined)?.[part], tree);
}

function put(tree: OptionTree, path: string, value: unknown): void {
  const [first = "", ...rest] = path.split(".");
  if (rest.length === 0) {
    tree[first] = value;
    return;
  }
  const inner = (tree[first] ?? {}) as OptionTree;
  tree[first] = inner;
  put(inner, rest.join("."), value);
}
