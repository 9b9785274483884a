// The client that openapi-typescript's types and openapi-fetch make.

import createClient from "openapi-fetch";
import type { components, paths } from "./generated/schema";
import type { RequiredOf, Same, Shop, Visit } from "./shop.ts";

type Schemas = components["schemas"];

export const requires: readonly [
  Same<RequiredOf<Schemas["StartRequest"]>, "to" | "channel">,
  Same<RequiredOf<Schemas["CheckRequest"]>, "code">,
  Same<RequiredOf<Schemas["SentMessage"]>, "messageId" | "channel">,
  Same<RequiredOf<Schemas["ReportParameters"]>, "message-id" | "delivered">,
  Same<Schemas["StartRequest"]["channel"], "sms" | "voice">,
  Same<Schemas["ChallengeDetails"]["state"] extends string ? true : false, true>,
] = [true, true, true, true, true, true];

export async function visit({ endpoint, proxyKey, adminKey, number, readCode }: Shop): Promise<Visit> {
  const as = (key: string) =>
    // With a report, an SDK gets an empty text. This client asks for JSON, and so reads nothing else.
    createClient<paths, "application/json" | "application/problem+json">({
      baseUrl: endpoint,
      headers: { authorization: `Bearer ${key}`, accept: "application/json" },
    });
  const [shop, operator] = [as(proxyKey), as(adminKey)];

  const started = await shop.POST("/2fa", { body: { to: number, channel: "sms" } });
  if (started.error) throw new Error(started.error.detail);
  const path = { id: started.data.id };
  const code = readCode();
  const wrong = await shop.POST("/2fa/{id}/check", {
    params: { path },
    body: { code: code === "0000" ? "1111" : "0000" },
  });
  const right = await shop.POST("/2fa/{id}/check", {
    params: { path, header: { "Idempotency-Key": crypto.randomUUID() } },
    body: { code },
  });
  const challenge = await shop.GET("/2fa/{id}", { params: { path, query: { wait: 0 } } });

  const messageId = `openapi-fetch-${crypto.randomUUID()}`;
  const reported = await shop.POST("/conversions/sms", {
    body: { "message-id": messageId, delivered: true },
  });
  const tracked = await shop.POST("/messages", {
    body: { messageId: `${messageId}-2`, channel: "voice", expiresIn: 60 },
  });
  const page = await operator.GET("/reports", { params: { query: { state: "recorded", limit: 500 } } });
  const refused = await shop.POST("/2fa", { body: { to: "+33612345678", channel: "sms" } });

  return {
    wrong: [wrong.error?.type ?? "", wrong.error?.attemptsLeft],
    verified: right.data?.verified ?? false,
    ended: [challenge.data?.state ?? "", challenge.data?.messages.length ?? 0],
    reported: reported.data?.status ?? "",
    tracked: tracked.data?.expiresAt ?? "",
    recorded: (page.data?.reports ?? []).map((report) => report.messageId),
    refused: [refused.response.status, refused.error?.title ?? ""],
  };
}
