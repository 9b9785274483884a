// Senders by country, operators' own texts, registrations and code autofill on the wire.

import { describe, expect, it } from "vitest";
import { isSendError } from "../../../src/two-factor/senders/send-error.ts";
import type { CodeMessage } from "../../../src/two-factor/senders/sender.ts";
import { createSmsSender, type SmsSenderOptions } from "../../../src/two-factor/senders/sms-sender.ts";
import { conversionErrorOf } from "../../support/conversion-error.ts";
import { createRecordingFetch } from "../../support/recording-fetch.ts";
import { formOf, message, smsReply } from "../../support/two-factor/replies.ts";

const credentials = { apiKey: "abcd1234", apiSecret: "canary-secret" };

function createSender(options: Partial<SmsSenderOptions>) {
  const { fetch, sent } = createRecordingFetch(smsReply("A1"));
  return { sender: createSmsSender({ credentials, from: "Acme", fetch, ...options }), sent };
}

async function formFor(options: Partial<SmsSenderOptions>, changes: Partial<CodeMessage> = {}) {
  const { sender, sent } = createSender(options);
  await sender.send({ ...message, brand: "Acme", ...changes });
  return formOf(sent[0]);
}

const faultsOf = async (options: unknown) =>
  (await conversionErrorOf(() => createSender(options as Partial<SmsSenderOptions>))).faults;

describe("the sender of a text", () => {
  const from = { default: "Acme", byCountry: { US: "12015550100", DE: "Acme Bank" } };

  it.each([
    ["US", "12015550100"],
    ["DE", "Acme Bank"],
    ["GB", "Acme"],
    [undefined, "Acme"],
  ])("to %s is %s", async (country, sender) => {
    expect((await formFor({ from }, { country })).from).toBe(sender);
  });

  it.each<[string, string | undefined]>([
    ["a country without a sender", "GB"],
    ["no country", undefined],
    ["a property of every object", "constructor"],
  ])("does not exist for %s without a default, and nothing is sent", async (_, country) => {
    const { sender, sent } = createSender({ from: { byCountry: { US: "12015550100" } } });
    expect(sender.reaches?.({ to: "447400123456", country })).toBe(false);
    expect(sender.reaches?.({ to: "12015550123", country: "US" })).toBe(true);
    const error = await sender.send({ ...message, country }).catch((caught: unknown) => caught);
    expect(isSendError(error) && error.code).toBe("not_supported");
    expect(sent).toEqual([]);
  });

  it.each(["+4520123456", "004520123456", "020123456", "45 20 12 34", "+45 (20) 12", "12-34-56", "0"])(
    "cannot be %s, which no carrier accepts, and the fault gives the rule",
    async (wrong) => {
      for (const given of [wrong, { default: wrong }, { byCountry: { US: wrong } }]) {
        const [fault] = (await faultsOf({ from: given })) ?? [];
        expect(fault?.field).toMatch(/^from(\.default|\.byCountry\.US)?$/);
        expect(fault?.rule).toMatch(/^must (be digits only.*without \+|not begin with 0|be up to 15 digits)/);
      }
    },
  );

  it.each(["UK", "us", "XX", "USA", "", "*"])("cannot be for the country %j", async (country) => {
    const faults = await faultsOf({ from: { byCountry: { [country]: "Acme" } } });
    expect(faults).toMatchObject([
      { field: `from.byCountry.${country}`, rule: expect.stringMatching(/^is not the ISO 3166/) },
    ]);
  });

  it("has to be set for at least one country", async () => {
    expect(await faultsOf({ from: {} })).toMatchObject([{ field: "from", rule: "must name a sender" }]);
    expect(await faultsOf({ from: { byCountry: {} } })).toMatchObject([
      { field: "from", rule: "must name a sender" },
    ]);
    expect((await faultsOf({ from: { byCountry: 1 } }))?.[0]?.rule).toMatch(/senders by country/);
    expect((await faultsOf({ from: null }))?.[0]?.field).toBe("from");
  });
});

describe("an operator's text", () => {
  const texts = {
    en: "{brand}: {code}, {minutes} min",
    "pt-BR": "{code} pt-BR",
    no: "{code} norsk",
    IN: "{code} India",
    "IN:hi": "{code} हिन्दी",
    "US:es": "{code} US:es",
  };

  it.each<[string | undefined, string, string]>([
    ["GB", "en", "Acme: 738291, 10 min"],
    ["GB", "en-GB", "Acme: 738291, 10 min"],
    ["GB", "pt-BR", "738291 pt-BR"],
    ["GB", "PT-br", "738291 pt-BR"],
    ["IN", "en", "738291 India"],
    ["IN", "de", "738291 India"],
    ["IN", "hi-IN", "738291 हिन्दी"],
    ["US", "es-MX", "738291 US:es"],
    ["US", "en", "Acme: 738291, 10 min"],
    ["NO", "nb", "738291 norsk"],
    ["NO", "no", "738291 norsk"],
    [undefined, "sw", "Acme: 738291, 10 min"],
    ["US", "constructor", "Acme: 738291, 10 min"],
  ])("for country %s and locale %s is found: %s", async (country, locale, text) => {
    expect((await formFor({ texts }, { country, locale })).text).toBe(text);
  });

  it("yields to a built-in text if it does not exist in the user's language", async () => {
    expect((await formFor({ texts }, { locale: "de" })).text).toMatch(/^738291 ist Ihr Code/);
    expect((await formFor({ texts: { de: "{code}" } }, { locale: "sw" })).text).toMatch(/^738291 is your/);
  });

  it("is filled in once: braces in a brand stay unchanged", async () => {
    const form = await formFor(
      { texts: { en: "{code} {brand} {code}" } },
      { brand: "{code} {minutes} $& $1" },
    );
    expect(form.text).toBe("738291 {code} {minutes} $& $1 738291");
  });

  it("may have several lines, and is sent in the encoding that it needs", async () => {
    expect(await formFor({ texts: { en: "{brand}\n{code}" } })).toMatchObject({
      text: "Acme\n738291",
      type: "text",
    });
    expect((await formFor({ texts: { en: "{code} “{brand}”" } })).type).toBe("unicode");
  });

  it.each<[string, object, RegExp]>([
    ["en", { en: "no code" }, /must hold \{code\}/],
    ["en", { en: "" }, /must be 1 to 500 characters/],
    ["en", { en: `{code}${"x".repeat(495)}` }, /must be 1 to 500 characters/],
    ["en", { en: "{code}\u0007" }, /must be 1 to 500 characters/],
    ["en", { en: "{code} {name}" }, /no braces except in/],
    ["en", { en: "{code} {{brand}}" }, /no braces except in/],
    ["en", { en: "{code} {" }, /no braces except in/],
    ["en", { en: 1 }, /must be an object of text, contentId/],
    ["en.text", { en: { contentId: "1" } }, /must be 1 to 500 characters/],
    ["en.contentId", { en: { text: "{code}", contentId: "a b" } }, /1 to 50 letters/],
    ["EN", { EN: "{code}" }, /is for EN, which is not the ISO 3166.*did you mean GB/],
    ["UK", { UK: "{code}" }, /did you mean GB/],
    ["UK:en", { "UK:en": "{code}" }, /did you mean GB/],
    ["US-es", { "US-es": "{code}" }, /is not a locale/],
    ["US:", { "US:": "{code}" }, /is not a locale/],
    ["english", { english: "{code}" }, /is not a locale/],
    ["pt-br", { "pt-BR": "{code}", "pt-br": "{code}" }, /more than once/],
    ["US:ES", { "US:es": "{code}", "US:ES": "{code}" }, /is not a locale/],
    ["nb", { no: "{code}", nb: "{code}" }, /more than once/],
    ["IN:no", { "IN:nb": "{code}", "IN:no": "{code}" }, /more than once/],
  ])("named %s is refused: %j", async (name, wrong, rule) => {
    const faults = (await faultsOf({ texts: wrong })) ?? [];
    expect(faults.map(({ field }) => field)).toEqual([`texts.${name}`]);
    expect(faults[0]?.rule).toMatch(rule);
  });

  it.each([[], "{code}", null])("cannot be set by %j", async (texts) => {
    expect((await faultsOf({ texts }))?.[0]).toMatchObject({ field: "texts" });
  });
});

describe("the size of an operator's text", () => {
  const sample = { brand: "Acme", codeLength: 6, lifetime: 600 };
  const sizesOf = (texts: Record<string, string>, changes: object = {}) =>
    createSender({ texts }).sender.measureTexts?.({ ...sample, ...changes });

  it.each([
    ["{code}", "GSM-7", 1, ""],
    [`{code}${"x".repeat(154)}`, "GSM-7", 1, ""],
    [`{code}${"x".repeat(155)}`, "GSM-7", 2, ""],
    [`{brand}{code}${"x".repeat(124)}`, "GSM-7", 1, ""],
    [`{brand}{code}${"x".repeat(125)}`, "GSM-7", 2, ""],
    [`{code}${"€".repeat(77)}`, "GSM-7", 1, ""],
    [`{code}${"€".repeat(78)}`, "GSM-7", 2, ""],
    [`{code}ó${"x".repeat(63)}`, "Unicode", 1, "ó"],
    [`{code}ó“ó”${"x".repeat(64)}`, "Unicode", 2, "ó“”"],
    [`{code}😀${"x".repeat(62)}`, "Unicode", 1, "😀"],
  ])("is measured with the longest brand and code: %s", (text, encoding, parts, outside) => {
    expect(sizesOf({ "pt-BR": text })).toEqual([{ name: "pt-BR", encoding, parts, outside }]);
  });

  it("depends on the longest brand, the code's length and the brand's script", () => {
    expect(sizesOf({ en: "{code}{brand}" }, { brand: "Ćma" })).toMatchObject([
      { encoding: "Unicode", outside: "Ć" },
    ]);
    expect(sizesOf({ en: `{code}${"x".repeat(154)}` }, { codeLength: 7 })).toMatchObject([{ parts: 2 }]);
  });

  it("does not exist without operator's texts", () => {
    expect(sizesOf({})).toEqual([]);
  });
});

describe("a registered text", () => {
  const texts = { IN: "{code} a", "IN:hi": { text: "{code} b", contentId: "1107000" } };
  const registrations = { IN: { entityId: "1101456", contentId: "1107457" } };

  it("goes with the ids of the company and of the text", async () => {
    const form = await formFor({ texts, registrations }, { country: "IN" });
    expect(form).toMatchObject({ "entity-id": "1101456", "content-id": "1107457", text: "738291 a" });
  });

  it("may have its own id", async () => {
    const form = await formFor({ texts, registrations }, { country: "IN", locale: "hi" });
    expect(form).toMatchObject({ "entity-id": "1101456", "content-id": "1107000", text: "738291 b" });
  });

  it("is not for other countries", async () => {
    for (const country of ["GB", undefined, "constructor"]) {
      const form = await formFor({ texts, registrations }, { country });
      expect(Object.keys(form).filter((name) => name.endsWith("-id"))).toEqual([]);
    }
  });

  it("may have the company's id only", async () => {
    const form = await formFor({ texts, registrations: { IN: { entityId: "1" } } }, { country: "IN" });
    expect(form["entity-id"]).toBe("1");
    expect(form).not.toHaveProperty("content-id");
  });

  it("is signed with all of its parameters", async () => {
    const signing = { apiKey: "abcd1234", signatureSecret: "s", signatureMethod: "sha256" } as const;
    const form = await formFor({ texts, registrations, credentials: signing }, { country: "IN" });
    expect(Object.keys(form).indexOf("sig")).toBeGreaterThan(Object.keys(form).indexOf("content-id"));
  });

  it.each<[string, object]>([
    ["registrations.IN", { registrations }],
    ["registrations.IN", { registrations, texts: { "IN:hi": "{code}" } }],
    ["registrations.UK", { registrations: { UK: { entityId: "1" } } }],
    ["registrations.IN.entityId", { registrations: { IN: {} }, texts }],
    ["registrations.IN.contentId", { registrations: { IN: { entityId: "1", contentId: "" } }, texts }],
    ["registrations", { registrations: 1 }],
  ])("has to be complete: %s", async (field, options) => {
    expect((await faultsOf(options))?.map((one) => one.field)).toEqual([field]);
  });
});

describe("code autofill", () => {
  const BODY = "738291 is your Acme code. It expires in 10 min. Do not share it.";

  it("for a site ends the text with the site's host and the code", async () => {
    const form = await formFor({}, { origin: "https://shop.example" });
    expect(form).toMatchObject({ text: `${BODY}\n\n@shop.example #738291`, type: "text" });
  });

  it("for an app has the app's hash on a separate line", async () => {
    const form = await formFor({}, { androidAppHash: "FA+9qCX9VSu" });
    expect(form).toMatchObject({ text: `${BODY}\n\nFA+9qCX9VSu`, type: "text" });
  });

  it("for both has the site's line last, as iOS expects", async () => {
    const form = await formFor({}, { origin: "https://shop.example", androidAppHash: "FA+9qCX9VSu" });
    expect(form.text).toBe(`${BODY}\n\nFA+9qCX9VSu\n@shop.example #738291`);
  });

  it("works with operator's texts too", async () => {
    const form = await formFor({ texts: { en: "{code}" } }, { origin: "https://shop.example" });
    expect(form.text).toBe("738291\n\n@shop.example #738291");
  });
});
