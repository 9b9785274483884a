// The contract of the built package in plain web JavaScript, the same on every runtime. It imports only the package,
// by name, as a user would.

import type { Behaviour } from "./suite/behaviour.ts";
import { failures } from "./suite/failures.ts";
import { type Identity, identify } from "./suite/identity.ts";
import { inProcess } from "./suite/in-process.ts";
import { reports } from "./suite/reports.ts";
import { secrets } from "./suite/secrets.ts";
import { track } from "./suite/track.ts";
import { twoFactorBehaviours } from "./suite/two-factor.ts";
import { reset } from "./suite/vonage.ts";
import { webhooks } from "./suite/webhooks.ts";
import { wholeSandbox } from "./suite/whole-sandbox.ts";

/** A line of JSON from a runtime: first its identity and the behaviours to come, then each behaviour, then the end. */
export type Line =
  | { readonly identity: Identity; readonly behaviours: readonly string[] }
  | { readonly behaviour: string; readonly fault?: string }
  | { readonly done: true };

const BEHAVIOURS: readonly Behaviour[] = [
  ...reports,
  ...failures,
  ...secrets,
  ...webhooks,
  ...track,
  ...twoFactorBehaviours,
  ...inProcess,
  ...wholeSandbox,
];

/** Far longer than any behaviour takes. One that hangs must not stop the others. */
const PATIENCE_MS = 15_000;

/** Checks each behaviour in turn. */
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
