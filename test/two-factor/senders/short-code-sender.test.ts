import { describe, expect, it } from "vitest";
import type { CodeMessage } from "../../../src/two-factor/senders/sender.ts";
import { createShortCodeSender } from "../../../src/two-factor/senders/short-code-sender.ts";
import { signParameters } from "../../../src/wire/signature.ts";
import { conversionErrorOf } from "../../support/conversion-error.ts";
import { createRecordingFetch } from "../../support/recording-fetch.ts";
import { CANARIES, everythingIn, formOf, message, smsReply } from "../../support/two-factor/replies.ts";
import { sendErrorOf } from "../../support/two-factor/send-error.ts";

const credentials = { apiKey: "abcd1234", apiSecret: "canary-secret" };

describe("a code by short code", () => {
  it("goes to the 2FA interface as a form", async () => {
    const { fetch, sent } = createRecordingFetch(smsReply("A1"));
    const sender = createShortCodeSender({ credentials, fetch });
    expect(sender.channel).toBe("sms");
    expect(await sender.send(message)).toEqual({ messageIds: ["A1"], network: "310090" });
    expect(sent).toMatchObject([
      { method: "POST", url: "https://rest.nexmo.com/sc/us/2fa/json", redirect: "manual" },
    ]);
    expect(Object.entries(formOf(sent[0]))).toEqual([
      ["api_key", "abcd1234"],
      ["to", "12015550123"],
      ["pin", "738291"],
      ["client-ref", "canary-ref"],
      ["api_secret", "canary-secret"],
    ]);
  });

  it("is signed with a signature secret", async () => {
    const { fetch, sent } = createRecordingFetch(smsReply("A1"));
    const signing = { apiKey: "abcd1234", signatureSecret: "s", signatureMethod: "md5hash" } as const;
    await createShortCodeSender({ credentials: signing, fetch }).send(message);
    const { sig, ...signed } = formOf(sent[0]);
    expect(sig).toBe(await signParameters(Object.entries(signed), "s", "md5hash"));
  });

  it.each<[string, Partial<CodeMessage>]>([
    ["Britain", { to: "447400123456", country: "GB" }],
    ["Jamaica, which has +1 too", { to: "18765550123", country: "JM" }],
    ["a number without a country", { to: "4915112345678", country: undefined }],
    ["a number with a digit too many", { to: "120155501234", country: undefined }],
  ])("does not reach %s, and nothing is sent", async (_, changes) => {
    const { fetch, sent } = createRecordingFetch();
    const sender = createShortCodeSender({ credentials, fetch });
    const error = await sendErrorOf(() => sender.send({ ...message, ...changes }));
    expect(error).toMatchObject({ code: "not_supported", attempts: 0, retryable: false, mayBeSent: false });
    expect(error.message).toMatch(/not sent; short codes reach only the US and Canada/);
    expect(everythingIn(error)).not.toMatch(CANARIES);
    expect(sent).toEqual([]);
  });

  it.each(["US", "CA", undefined])("reaches +1 for the country %s", async (country) => {
    const { fetch, sent } = createRecordingFetch(smsReply("A1"));
    await createShortCodeSender({ credentials, fetch }).send({ ...message, country });
    expect(sent).toHaveLength(1);
  });

  it("has options that fail with the name of the fault", async () => {
    const error = await conversionErrorOf(() =>
      createShortCodeSender({ credentials, from: "canary" } as never),
    );
    expect(error).toMatchObject({ code: "invalid_options", message: expect.stringContaining("from") });
  });
});
