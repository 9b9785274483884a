// The methods of the workflow's objects, called by RPC: plain data both ways.
//
// For minutes after a deployment, a new Worker may call objects of the previous version. So parameters and results never
// change in a way that the other version would misread, and methods that 0.1.0 lacks are called with a fallback (`older`
// of `callObject`).

import type { ChallengeDetails, ChallengeStatus } from "../../../src/two-factor/challenge/challenge.ts";
import type { DeliveryReceipt } from "../../../src/webhooks/delivery-receipt.ts";
import type { Channel } from "../../../src/wire/report.ts";
import type { Erased } from "../../http/ports/erase.ts";
import type {
  Begun,
  Claimed,
  Earlier,
  Keep,
  Keyed,
  NewChallenge,
  Once,
  Received,
  SendingEnded,
  SendLimits,
} from "../../http/two-factor/challenges.ts";
import type { SightingStore } from "../../http/two-factor/webhook-record.ts";
import type { Quarantined, QuarantinePosition } from "../storage/quarantine.ts";
import type { StoredCheck, StoredRefusal } from "./stored-refusal.ts";

/** Rows in quarantine, in both classes; since 0.2.0. The methods' names are released. */
export interface QuarantineRpc {
  /** Numbers and long tokens in `raw` are masked. */
  listSetAside(limit: number, after: QuarantinePosition | undefined): Promise<Quarantined[]>;
  countSetAside(): Promise<number>;
}

export interface ChallengesRpc extends QuarantineRpc {
  /** Since 0.2.0. */
  erase(number: string): Promise<Omit<Erased, "counters">>;
  nudge(): Promise<void>;
  /** Since 0.2.0. Without an id it only looks for the key. */
  claim(keyed: Keyed, id: string | undefined): Promise<Claimed | Earlier<never> | "full" | undefined>;
  /** Since 0.2.0. */
  recall(keyed: Keyed): Promise<Earlier | undefined>;
  begin(challenge: NewChallenge, keyed?: Keyed): Promise<Begun | Earlier | "full">;
  end(id: string, number: number, ended: SendingEnded, keep?: Keep): Promise<ChallengeStatus | undefined>;
  check(id: string, code: string, keyed?: Keyed): Promise<StoredCheck | Earlier<StoredCheck> | undefined>;
  resend(
    id: string,
    channel: Channel | undefined,
    code: string,
    keyed?: Keyed,
  ): Promise<Begun | StoredRefusal | Earlier | undefined>;
  cancel(id: string): Promise<true | undefined>;
  look(id: string): Promise<ChallengeDetails | undefined>;
  /** Since 0.2.0. */
  wait(id: string, milliseconds: number, ticket: string): Promise<ChallengeDetails | undefined>;
  /** Since 0.2.0. */
  leave(ticket: string): Promise<void>;
  receipt(receipt: DeliveryReceipt, once: Once | undefined): Promise<Received>;
  reply(number: string, text: string, once: Once | undefined): Promise<Received>;
}

export interface SendLimitsRpc extends SendLimits, SightingStore, QuarantineRpc {
  /** Since 0.2.0. */
  erase(number: string): Promise<Pick<Erased, "counters" | "unreadable">>;
}
