// The calls that compile in a Worker next door, and those that do not.

import type { ConversionService, SentMessage, TrackResult } from "../../../adapters/cloudflare/index.ts";
import type { ConversionResult } from "../../../src/index.ts";

interface Env {
  readonly CONVERSIONS: ConversionService;
}

export async function calls({ CONVERSIONS }: Env, when: Date) {
  const sms: ConversionResult = await CONVERSIONS.sms({ messageId: "a", delivered: true });
  const voice: ConversionResult = await CONVERSIONS.voice({
    messageId: "a",
    delivered: false,
    timestamp: when,
    traffic: "other",
  });
  const status: "recorded" | "accepted" | "duplicate" = sms.status;
  const attempts: number = voice.attempts;

  const message: SentMessage = { messageId: "a", channel: "voice", traffic: "2fa", expiresIn: 600 };
  const { token, expiresAt }: TrackResult = await CONVERSIONS.track(message);
  // @ts-expect-error there is none where no token secrets are set
  const always: string = token;
  const at: string = expiresAt;

  // @ts-expect-error the outcome is a boolean
  await CONVERSIONS.sms({ messageId: "a", delivered: "true" });
  // @ts-expect-error and it is needed
  await CONVERSIONS.sms({ messageId: "a" });
  // @ts-expect-error an id is text
  await CONVERSIONS.voice({ messageId: 1, delivered: true });
  // @ts-expect-error there is no such traffic
  await CONVERSIONS.sms({ messageId: "a", delivered: true, traffic: "ads" });
  // @ts-expect-error the channel is needed
  await CONVERSIONS.track({ messageId: "a" });
  // @ts-expect-error there is no such channel
  await CONVERSIONS.track({ messageId: "a", channel: "fax" });
  // @ts-expect-error there is no such method
  await CONVERSIONS.fax({ messageId: "a", delivered: true });
  return [status, attempts, always, at];
}
