// A server that sends messages by itself, and has the Worker await their reports.

import { createTrackingClient, isConversionError } from "vonage-conversion/track";
import { demand, demandEqual, demandFields, errorOf, toBehaviours } from "./behaviour.ts";
import { anId, byKey, byToken, QUICK } from "./clients.ts";
import { stage } from "./stage.ts";
import { reportsOf } from "./vonage.ts";

const tracking = (endpoint = stage.worker, key = stage.proxyKey) =>
  createTrackingClient({ endpoint, key, retry: QUICK });

export const track = toBehaviours({
  "a tracked message has a token that reports it, once": async () => {
    const messageId = anId();
    const { token, expiresAt } = await tracking().track({
      messageId,
      channel: "sms",
      to: `+${stage.number}`,
      network: "23410",
      price: "0.03330000",
      sentAt: new Date(),
      expiresIn: 120,
    });
    const seconds = (Date.parse(expiresAt) - Date.now()) / 1000;
    demand(seconds > 60 && seconds < 180, `it expires in ${seconds} s in place of 120`);
    demandFields(await byToken(token ?? "").sms({ messageId, delivered: true }), { status: "recorded" });
    demandFields(await byKey().sms({ messageId, delivered: true }), { status: "duplicate" });
    demandEqual(
      (await reportsOf(messageId)).map(({ delivered }) => delivered),
      [true],
      "reports",
    );
  },

  "a message that cannot be right is refused before any request": async () => {
    const error = await errorOf(() =>
      tracking(stage.nowhere).track({ messageId: anId(), channel: "sms", country: "gb" }),
    );
    demandFields(error, { name: "ConversionError", code: "invalid_report", attempts: 0 });
    demand(isConversionError(error), "it is no ConversionError");
  },

  "a wrong key is refused at once, and a broken connection is tried again": async () => {
    const message = { messageId: anId(), channel: "voice" } as const;
    const wrong = await errorOf(() =>
      tracking(stage.worker, "wrong-key-0123456789-0123456789").track(message),
    );
    demandFields(wrong, { code: "unauthorized", attempts: 1 });
    const broken = await errorOf(() => tracking(stage.nowhere).track(message));
    demandFields(broken, { code: "network", attempts: QUICK.attempts });
  },
});
