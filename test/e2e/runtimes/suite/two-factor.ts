// The workflow goes through the Worker; the senders speak to Vonage directly.

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

/** Counts the requests that the breaking server has received. */
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

  "the Worker refuses an invalid phone number": async () => {
    const client = createTwoFactorClient({ endpoint: stage.worker, key: stage.proxyKey });
    const error = await errorOf(() => client.start({ to: "+44123", channel: "sms" }));
    demandFields(error, { name: "TwoFactorError", code: "invalid_number", retryable: false });
    demand(isTwoFactorError(error), "it is no TwoFactorError");
  },

  "the voice sender signs its JWT with RS256, and the call arrives": async () => {
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

  "the SMS sender's signed text arrives": async () => {
    const { messageIds } = await smsSender().send(CODE);
    const { messages } = await handset(stage.number);
    demandEqual(messages[0]?.messageIds, messageIds, "ids");
    const { text = "" } = messages[0] ?? {};
    demand(text.includes(CODE.code) && text.includes(CODE.brand), `"${text}" arrived`);
  },

  "a message whose connection breaks is uncertain and is sent once": async () => {
    for (const [path, sender] of [
      ["sms", smsSender()],
      ["calls", voiceSender()],
    ] as const) {
      // Some runtimes repeat a request that breaks on a reused connection. This one is now reused.
      await fail({ path, drop: true, times: 5 });
      const error = await errorOf(() => sender.send(CODE));
      demandFields(error, { name: "SendError", code: "uncertain", attempts: 1 });
      demand(isSendError(error), "it is no SendError");
      demandEqual((await statuses()).length, path === "sms" ? 1 : 2, "requests on the wire");
    }
  },

  "a start whose connection breaks fails as network and is requested once": async () => {
    const client = createTwoFactorClient({ endpoint: stage.breaking, key: stage.proxyKey });
    const before = await countBroken();
    const error = await errorOf(() => client.start({ to: `+${stage.number}`, channel: "sms" }));
    demandFields(error, { name: "TwoFactorError", code: "network", retryable: false });
    demandEqual((await countBroken()) - before, 1, "requests on the wire");
  },
});
