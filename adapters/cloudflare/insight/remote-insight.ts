// Insight as the routes see it: calls its one object.

import type { Insight } from "../../http/ports/insight.ts";
import type { ShardNamespace } from "../ledger/settings.ts";
import { callObject } from "../objects.ts";
import type { InsightRpc } from "./rpc.ts";

/** The name of the one object. */
export const INSIGHT_NAME = "insight";

/** @param namespace Of Insight, in its jurisdiction. */
export const openInsight = (namespace: ShardNamespace): InsightRpc =>
  namespace.get(namespace.idFromName(INSIGHT_NAME) as never) as InsightRpc;

/** @param namespace Of Insight, in its jurisdiction. */
export function createRemoteInsight(namespace: ShardNamespace): Insight & { nudge(): Promise<void> } {
  const call = <T>(ask: (one: InsightRpc) => Promise<T>): Promise<T> =>
    callObject(() => ask(openInsight(namespace)), { object: "insight" });
  return {
    query: (query) => call((one) => one.query(query)),
    alarms: (query) => call((one) => one.alarms(query)),
    metrics: () => call((one) => one.metrics()),
    nudge: () => call((one) => one.nudge()),
  };
}
