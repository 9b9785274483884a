// The limits as the workflow sees them: one object for all, since some of them are over everything.

import type { SendLimits } from "../../http/two-factor/challenges.ts";
import type { ShardNamespace } from "../ledger/settings.ts";
import { callObject } from "../objects.ts";
import type { SendLimitsRpc } from "./rpc.ts";

export function createRemoteLimits(namespace: ShardNamespace): SendLimits {
  const id = namespace.idFromName("limits");
  /** Stubs are of one request; ids are not. */
  const open = () => namespace.get(id as never) as SendLimitsRpc;
  return {
    // Not twice: it may have been counted.
    take: (sending) => callObject(() => open().take(sending), { object: "limits", twice: false }),
    count: (name) => callObject(() => open().count(name), { object: "limits", twice: false }),
    counts: () => callObject(() => open().counts(), { object: "limits" }),
  };
}
