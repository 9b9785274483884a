// The workflow through the Worker, and the senders straight to Vonage.

import { SANDBOX_APPLICATION } from "vonage-conversion/sandbox";
import {
  createSmsSender,
  createTwoFactorClient,
  createVoiceSender,
  isSendError,
  isTwoFactorError,
} from "vonage-conversion/two-factor";
import { demand, demandEqual, demandFields, errorOf, eventually, toBehaviours } from "./behaviour.ts";
import { signatureSecret, twoFactor } from "./clients.ts";
import { stage } from "./stage.ts";
import { fail, handset, reportsOf, statuses } from "./vonage.ts";

const OUR_NUMBER = "447700900000";
const CODE = {
  to: stage.number,
  country: "GB",
  code: "738291",
  brand: "Acme & Söhne",
  locale: "de",
  clientRef: "ref-1",
  lifetime: 300,
};

const voiceSender = () =>
  createVoiceSender({
    applicationId: SANDBOX_APPLICATION.applicationId,
    privateKey: SANDBOX_APPLICATION.privateKey,
    from: OUR_NUMBER,
    baseUrl: stage.vonage,
  });

const smsSender = () =>
  createSmsSender({
    credentials: { apiKey: twoFactor.apiKey, signatureSecret, signatureMethod: "md5" },
    from: OUR_NUMBER,
    baseUrl: stage.vonage,
  });

/** How many requests the server that breaks them has had. */
const countBroken = async () => Number(await (await fetch(stage.breaking)).text());

export const twoFactorBehaviours = toBehaviours({
  "a code is sent, checked and reported by the Worker": async () => {
    const client = createTwoFactorClient({ endpoint: stage.worker, key: stage.proxyKey });
    const { id, attemptsLeft } = await client.start({ to: `+${stage.number}`, channel: "sms" });
    const message = (await handset(stage.number)).messages.at(-1);
    const code = /^(\d{6}) /.exec(message?.text ?? "")?.[1] ?? "";
    const wrong = code.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));
    const refused = { verified: false, reason: "wrong", attemptsLeft: attemptsLeft - 1 };
    demandEqual(await client.check(id, wrong), refused, "of a wrong code");
    demandEqual(await client.check(id, code), { verified: true }, "of the code");
    demandFields(await client.get(id), { state: "verified" });
    const [messageId = ""] = message?.messageIds ?? [];
    const report = await eventually(async () => (await reportsOf(messageId))[0], "the report");
    demandFields(report, { channel: "sms", delivered: true });
  },

  "a number that is none is refused by the Worker": async () => {
    const client = createTwoFactorClient({ endpoint: stage.worker, key: stage.proxyKey });
    const error = await errorOf(() => client.start({ to: "+44123", channel: "sms" }));
    demandFields(error, { name: "TwoFactorError", code: "invalid_number", retryable: false });
    demand(isTwoFactorError(error), "it is no TwoFactorError");
  },

  "the voice sender's JWT is signed by RS256 as Vonage wants it, and the call is heard": async () => {
    const sender = voiceSender();
    const sent = [await sender.send(CODE), await sender.send(CODE)];
    const { calls } = await handset(stage.number);
    demandEqual(
      calls.map(({ uuid }) => uuid),
      sent.map(({ messageIds }) => messageIds[0]),
      "calls",
    );
    demand(calls[0]?.heard.includes("7, 3, 8, 2, 9, 1") === true, `"${calls[0]?.heard}" was heard`);
  },

  "the SMS sender's text arrives, signed": async () => {
    const { messageIds } = await smsSender().send(CODE);
    const { messages } = await handset(stage.number);
    demandEqual(messages[0]?.messageIds, messageIds, "ids");
    const { text = "" } = messages[0] ?? {};
    demand(text.includes(CODE.code) && text.includes(CODE.brand), `"${text}" arrived`);
  },

  "a message whose connection breaks is uncertain, and no runtime sends it again": async () => {
    for (const [path, sender] of [
      ["sms", smsSender()],
      ["calls", voiceSender()],
    ] as const) {
      // Some runtimes repeat by themselves what breaks on a connection that was used before, as this one then was.
      await fail({ path, drop: true, times: 5 });
      const error = await errorOf(() => sender.send(CODE));
      demandFields(error, { name: "SendError", code: "uncertain", attempts: 1 });
      demand(isSendError(error), "it is no SendError");
      demandEqual((await statuses()).length, path === "sms" ? 1 : 2, "requests on the wire");
    }
  },

  "a start whose connection breaks is network, and no runtime asks for it again": async () => {
    const client = createTwoFactorClient({ endpoint: stage.breaking, key: stage.proxyKey });
    const before = await countBroken();
    const error = await errorOf(() => client.start({ to: `+${stage.number}`, channel: "sms" }));
    demandFields(error, { name: "TwoFactorError", code: "network", retryable: false });
    demandEqual((await countBroken()) - before, 1, "requests on the wire");
  },
});
