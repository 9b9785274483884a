// What the Worker calls of the objects, by RPC: plain data both ways.

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

export interface ChallengesRpc {
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

export type SendLimitsRpc = SendLimits & SightingStore;
