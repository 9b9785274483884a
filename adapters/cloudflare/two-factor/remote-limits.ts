import type { SendLimits } from "../../http/two-factor/challenges.ts";
import type { ShardNamespace } from "../ledger/settings.ts";
import { callObject } from "../objects.ts";
import { openLimits } from "./open-objects.ts";

/** The limits, in their object. */
export function createRemoteLimits(namespace: ShardNamespace): SendLimits {
  const open = () => openLimits(namespace);
  return {
    // Never twice: the first call may have been counted.
    take: (sending) => callObject(() => open().take(sending), { object: "limits", twice: false }),
    count: (name) => callObject(() => open().count(name), { object: "limits", twice: false }),
    counts: () => callObject(() => open().counts(), { object: "limits" }),
  };
}
