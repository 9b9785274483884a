// Opens the workflow's objects by name. Stored data is found by these names, so they never change. A stub belongs to one
// request: open a new one for each call.

import type { ShardNamespace } from "../ledger/settings.ts";
import type { ChallengesRpc, SendLimitsRpc } from "./rpc.ts";

export const openChallenges = (namespace: ShardNamespace, index: number): ChallengesRpc =>
  open(namespace, `challenges-${index}`) as ChallengesRpc;

/** One object for all limits, since some of them cover everything. */
export const openLimits = (namespace: ShardNamespace): SendLimitsRpc =>
  open(namespace, "limits") as SendLimitsRpc;

/** Sightings of webhooks have an object of the same class to themselves, so that they never slow the sending of codes. */
export const openSightings = (namespace: ShardNamespace): SendLimitsRpc =>
  open(namespace, "webhooks") as SendLimitsRpc;

const open = (namespace: ShardNamespace, name: string): unknown =>
  namespace.get(namespace.idFromName(name) as never);
