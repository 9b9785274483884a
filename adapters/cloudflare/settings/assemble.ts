// From the environment to options, each with the setting that it came from, so that a fault of an option is a fault of
// its setting.

import { Unreadable } from "./readers.ts";
import { SETTING_NAMES, SETTINGS, type SettingName } from "./table.ts";

/** A setting that is wrong or missing, and the rule that it breaks. */
export interface SettingFault {
  readonly name: string;
  readonly rule: string;
}

/** A tree of options: objects, by name. */
export interface OptionTree {
  [name: string]: unknown;
}

export interface Assembled {
  /** By who checks them: `handler`, `ledger`, `workflow`, `sms`, `voice`, `objects`. */
  readonly options: OptionTree;
  /** What cannot even be read. */
  readonly faults: readonly SettingFault[];
  /** Whether a setting has a value, of whatever kind. */
  isGiven(name: string): boolean;
  /** The setting that an option came from, or would have come from; `undefined` where it is none's. */
  nameOf(path: string): SettingName | undefined;
}

/** Reads every setting that is there. */
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
    // Bound to nothing, the ledger is a mistake and not left out.
    isGiven: (name) => (name === "LEDGER" ? env[name] !== undefined : Boolean(env[name])),
    nameOf: (path) => {
      for (let at = path; at !== ""; at = at.slice(0, Math.max(at.lastIndexOf("."), 0))) {
        const found = origins.get(at) ?? SETTING_NAMES.find((name) => SETTINGS[name].option === at);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };

  /** Two settings may fill one list: the origin of each item is kept. */
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
