// The client that @hey-api/openapi-ts makes.

import { createClient } from "./generated/hey-api/client";
import {
  checkCode,
  getChallenge,
  listReports,
  reportSms,
  startChallenge,
  trackMessage,
} from "./generated/hey-api/sdk.gen";
import type {
  CheckRequest,
  ReportParameters,
  SentMessage,
  StartRequest,
} from "./generated/hey-api/types.gen";
import type { RequiredOf, Same, Shop, Visit } from "./shop.ts";

export const requires: readonly [
  Same<RequiredOf<StartRequest>, "to" | "channel">,
  Same<RequiredOf<CheckRequest>, "code">,
  Same<RequiredOf<SentMessage>, "messageId" | "channel">,
  Same<RequiredOf<ReportParameters>, "message-id" | "delivered">,
  Same<StartRequest["channel"], "sms" | "voice">,
] = [true, true, true, true, true];

export async function visit({ endpoint, proxyKey, adminKey, number, readCode }: Shop): Promise<Visit> {
  const as = (key: string) =>
    createClient({
      baseUrl: endpoint,
      // The other schemes would put the key into the URL.
      auth: ({ scheme }) => (scheme === "bearer" ? key : undefined),
      headers: { accept: "application/json" },
    });
  const [client, operator] = [as(proxyKey), as(adminKey)];

  const started = await startChallenge({ client, body: { to: number, channel: "sms" } });
  if (started.error) throw new Error(started.error.detail);
  const path = { id: started.data.id };
  const code = readCode();
  const wrong = await checkCode({ client, path, body: { code: code === "0000" ? "1111" : "0000" } });
  const right = await checkCode({
    client,
    path,
    headers: { "Idempotency-Key": crypto.randomUUID() },
    body: { code },
  });
  const challenge = await getChallenge({ client, path, query: { wait: 0 } });

  const messageId = `hey-api-${crypto.randomUUID()}`;
  const reported = await reportSms({ client, body: { "message-id": messageId, delivered: true } });
  const tracked = await trackMessage({
    client,
    body: { messageId: `${messageId}-2`, channel: "voice", expiresIn: 60 },
  });
  const page = await listReports({ client: operator, query: { state: "recorded", limit: 500 } });
  const refused = await startChallenge({ client, body: { to: "+33612345678", channel: "sms" } });

  return {
    wrong: [wrong.error?.type ?? "", wrong.error?.attemptsLeft],
    verified: right.data?.verified ?? false,
    ended: [challenge.data?.state ?? "", challenge.data?.messages.length ?? 0],
    reported: reported.data?.status ?? "",
    tracked: tracked.data?.expiresAt ?? "",
    recorded: (page.data?.reports ?? []).map((report) => report.messageId),
    refused: [refused.response?.status ?? 0, refused.error?.title ?? ""],
  };
}
