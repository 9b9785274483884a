// How messages go out, as the environment describes it.

import type { Credentials } from "../../../src/credentials.ts";
import { isConversionError } from "../../../src/errors.ts";
import type { CodeSender } from "../../../src/two-factor/sender.ts";
import { createShortCodeSender } from "../../../src/two-factor/short-code-sender.ts";
import { createSmsSender } from "../../../src/two-factor/sms-sender.ts";
import { createVoiceSender } from "../../../src/two-factor/voice-sender.ts";
import { cut, toList } from "../text.ts";
import { byCountry } from "./by-country.ts";
import type { SettingFault, Settings } from "./settings.ts";

/** Makes what the settings suffice for, and adds what is wrong with them to `faults`. */
export function makeSenders(
  settings: Settings,
  credentials: Credentials | undefined,
  baseUrl: string | undefined,
  faults: SettingFault[],
): { sms?: CodeSender; voice?: CodeSender } {
  const rest = settings.VONAGE_REST_BASE_URL && { baseUrl: settings.VONAGE_REST_BASE_URL };
  const { SMS_FROM: from, SMS_CALLBACK_URL: callback } = settings;
  const shortCodeCountries = toList(settings.SHORT_CODE_COUNTRIES);
  const attempt = <T>(names: Readonly<Record<string, string>>, make: () => T): T | undefined => {
    try {
      return make();
    } catch (error) {
      if (!isConversionError(error)) throw error;
      for (const { field, rule } of readFaults(error.message)) {
        const [option = ""] = field.split(".");
        // Faults of what reports use as well are told with theirs.
        const isShared = option === "credentials" || names[option] === "VONAGE_BASE_URL";
        if (!isShared) faults.push({ name: names[option] ?? option, rule });
      }
      return undefined;
    }
  };
  const senders: { sms?: CodeSender; voice?: CodeSender } = {};
  const smsNames = { from: "SMS_FROM", callback: "SMS_CALLBACK_URL", baseUrl: "VONAGE_REST_BASE_URL" };
  const account = credentials ?? ({} as Credentials);
  if (credentials === undefined && (from || shortCodeCountries.length > 0)) {
    faults.push({ name: "VONAGE_2FA_API_KEY", rule: "is needed to send anything" });
  }
  const sms = from
    ? attempt(smsNames, () =>
        createSmsSender({ credentials: account, from, ...rest, ...(callback && { callback }) }),
      )
    : undefined;
  if (sms !== undefined) senders.sms = sms;
  if (shortCodeCountries.length > 0) {
    if (!shortCodeCountries.every((one) => one === "US" || one === "CA")) {
      faults.push({ name: "SHORT_CODE_COUNTRIES", rule: "must be US, CA or both" });
    }
    const shortCode = attempt(smsNames, () => createShortCodeSender({ credentials: account, ...rest }));
    if (shortCode !== undefined) senders.sms = byCountry(shortCodeCountries, shortCode, sms);
  }
  const { VOICE_APPLICATION_ID: applicationId, VOICE_PRIVATE_KEY: privateKey, VOICE_FROM: caller } = settings;
  if (applicationId || privateKey || caller) {
    const names = {
      from: "VOICE_FROM",
      applicationId: "VOICE_APPLICATION_ID",
      privateKey: "VOICE_PRIVATE_KEY",
      baseUrl: "VONAGE_BASE_URL",
    };
    const voice = attempt(names, () =>
      createVoiceSender({
        applicationId: applicationId ?? "",
        privateKey: privateKey ?? "",
        from: caller ?? "",
        ...(baseUrl && { baseUrl }),
      }),
    );
    if (voice !== undefined) senders.voice = voice;
  }
  return senders;
}

/** Of a message that `validate` made; what came instead is left out, since it tells the length of a secret. */
function readFaults(message: string): { readonly field: string; readonly rule: string }[] {
  return message
    .replace(/^invalid_options: /, "")
    .split("; ")
    .map((text) => {
      const [field, rule] = cut(text, " ");
      return { field, rule: rule.replace(/, got .*$/, "") };
    });
}
