// The contract of the built package, in plain web JavaScript: the same on every runtime. It imports the package by
// name, as a user would, and nothing else.

import type { Behaviour } from "./suite/behaviour.ts";
import { failures } from "./suite/failures.ts";
import { type Identity, identify } from "./suite/identity.ts";
import { inProcess } from "./suite/in-process.ts";
import { reports } from "./suite/reports.ts";
import { secrets } from "./suite/secrets.ts";
import { twoFactorBehaviours } from "./suite/two-factor.ts";
import { reset } from "./suite/vonage.ts";
import { webhooks } from "./suite/webhooks.ts";

/** What a runtime says, a line of JSON each: who it is and what it will show, then each behaviour, then that this is all. */
export type Line =
  | { readonly identity: Identity; readonly behaviours: readonly string[] }
  | { readonly behaviour: string; readonly fault?: string }
  | { readonly done: true };

const BEHAVIOURS: readonly Behaviour[] = [
  ...reports,
  ...failures,
  ...secrets,
  ...webhooks,
  ...twoFactorBehaviours,
  ...inProcess,
];

/** No behaviour takes nearly so long; one that hangs must not take the others with it. */
const PATIENCE_MS = 15_000;

/** Shows each behaviour in turn. */
export async function* runSuite(): AsyncGenerator<Line> {
  yield { identity: identify(), behaviours: BEHAVIOURS.map(({ name }) => name) };
  for (const { name, holds } of BEHAVIOURS) {
    const fault = await findFault(holds);
    yield { behaviour: name, ...(fault !== undefined && { fault }) };
  }
  yield { done: true };
}

async function findFault(holds: () => Promise<void>): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end within ${PATIENCE_MS} ms`)), PATIENCE_MS);
  });
  try {
    await Promise.race([reset().then(holds), late]);
    return undefined;
  } catch (error) {
    return String(error);
  } finally {
    clearTimeout(timer);
  }
}
