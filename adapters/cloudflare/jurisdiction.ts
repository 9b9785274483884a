// Places the Durable Objects in a jurisdiction, if one is set. It is part of every object's id, so the same name in
// another jurisdiction, or in none, is another object.

import type { ShardNamespace } from "./ledger/settings.ts";

const OBJECTS = ["LEDGER", "CHALLENGES", "SEND_LIMITS", "INSIGHT"] as const;

/** The part of the Worker's environment that decides where objects are kept. */
type Placement = { readonly [N in (typeof OBJECTS)[number]]?: ShardNamespace } & {
  readonly LEDGER_JURISDICTION?: string;
};

/** Gives the environment with its Durable Objects in `LEDGER_JURISDICTION`; unchanged if none is set or it is invalid. */
export function inJurisdiction<E extends Placement>(env: E): E {
  const { LEDGER_JURISDICTION: jurisdiction } = env;
  if (!jurisdiction || findJurisdictionFault(env) !== undefined) return env;
  const placed = OBJECTS.flatMap((name) => {
    const namespace = env[name];
    return namespace ? [[name, place(namespace, jurisdiction)] as const] : [];
  });
  return { ...env, ...Object.fromEntries(placed) };
}

/** Finds the rule that `LEDGER_JURISDICTION` breaks. The platform is asked, since only it knows the valid names. */
export function findJurisdictionFault(env: Placement): string | undefined {
  const { LEDGER_JURISDICTION: jurisdiction } = env;
  if (!jurisdiction) return undefined;
  const namespace = OBJECTS.map((name) => env[name]).find(Boolean);
  if (namespace === undefined) return "is of no use without LEDGER: there are no Durable Objects";
  try {
    place(namespace, jurisdiction);
    return undefined;
  } catch {
    return "must be a jurisdiction that Cloudflare's Durable Objects can be kept in, such as eu or fedramp";
  }
}

function place(namespace: ShardNamespace, jurisdiction: string): ShardNamespace {
  if (namespace.jurisdiction === undefined) throw new TypeError("It knows no jurisdictions.");
  return namespace.jurisdiction(jurisdiction);
}
