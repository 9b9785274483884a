// What the Worker calls of the objects, by RPC: plain data both ways.
//
// For minutes after a deployment a new Worker may meet objects of the version before. So a method never changes what it
// takes or gives in a way that an older or newer other side would misread, and a method that 0.1.0 does not have is
// called with a way to do without it (`older` of `callObject`).

import type { Channel } from "../../../src/report.ts";
import type { ChallengeDetails, ChallengeStatus } from "../../../src/two-factor/challenge.ts";
import type { DeliveryReceipt } from "../../../src/webhooks/delivery-receipt.ts";
import type {
  Begun,
  Checked,
  NewChallenge,
  Once,
  Received,
  Refusal,
  SendingEnded,
  SendLimits,
} from "../../fetch/two-factor/challenges.ts";
import type { SightingStore } from "../../fetch/two-factor/webhook-record.ts";
import type { Quarantined, QuarantinePosition } from "../storage/quarantine.ts";

/** Rows that could not be read; since 0.2.0. Both classes have them. */
export interface QuarantineRpc {
  /** Numbers and long tokens in `raw` are masked. */
  listSetAside(limit: number, after: QuarantinePosition | undefined): Promise<Quarantined[]>;
  countSetAside(): Promise<number>;
}

export interface ChallengesRpc extends QuarantineRpc {
  nudge(): Promise<void>;
  begin(challenge: NewChallenge): Promise<Begun | "full">;
  end(id: string, number: number, ended: SendingEnded): Promise<ChallengeStatus | undefined>;
  check(id: string, code: string): Promise<Checked | undefined>;
  resend(id: string, channel: Channel | undefined, code: string): Promise<Begun | Refusal | undefined>;
  cancel(id: string): Promise<true | undefined>;
  look(id: string): Promise<ChallengeDetails | undefined>;
  receipt(receipt: DeliveryReceipt, once: Once | undefined): Promise<Received>;
  reply(number: string, text: string, once: Once | undefined): Promise<Received>;
}

export type SendLimitsRpc = SendLimits & SightingStore & QuarantineRpc;
