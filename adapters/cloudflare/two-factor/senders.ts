// How messages go out, as the settings describe it.

import type { Credentials } from "../../../src/client/credentials.ts";
import { isConversionError } from "../../../src/client/errors.ts";
import type { CodeSender } from "../../../src/two-factor/senders/sender.ts";
import { createShortCodeSender } from "../../../src/two-factor/senders/short-code-sender.ts";
import { createSmsSender, type SmsSenderOptions } from "../../../src/two-factor/senders/sms-sender.ts";
import { createVoiceSender, type VoiceSenderOptions } from "../../../src/two-factor/senders/voice-sender.ts";
import type { Assembled, OptionTree, SettingFault } from "../settings/assemble.ts";
import { SETTINGS } from "../settings/table.ts";
import { byCountry } from "./by-country.ts";

/** Makes the senders that the settings suffice for, and says what is wrong with the others. */
export function makeSenders({ options, isGiven, nameOf }: Assembled): {
  readonly senders: { readonly sms?: CodeSender; readonly voice?: CodeSender };
  readonly faults: SettingFault[];
} {
  const faults: SettingFault[] = [];
  const sms = options.sms as OptionTree | undefined;
  const voice = options.voice as OptionTree | undefined;
  const { credentials, baseUrl } = (options.handler ?? {}) as OptionTree;
  const account = (credentials as OptionTree | undefined)?.["2fa"];
  const shortCodeCountries = ((options.workflow as OptionTree | undefined)?.shortCodeCountries ??
    []) as readonly string[];

  /**
   * @param part Where the options of this sender are in the tree.
   * @param isWanted Otherwise only what is given is checked, and nothing is missing.
   */
  const attempt = (part: string, make: () => CodeSender, isWanted = true): CodeSender | undefined => {
    try {
      return make();
    } catch (error) {
      if (!isConversionError(error) || error.faults === undefined) throw error;
      for (const { field, rule: broken } of error.faults) {
        const path = `${part}.${field}`;
        const name = nameOf(path);
        // Credentials and the base URL of Vonage are shared with reports, which name their faults.
        if (name === undefined || (!isWanted && !isGiven(name))) continue;
        const entry = toEntry(path, SETTINGS[name].option);
        const rule = entry === "" ? broken : `${entry} ${broken}`;
        // Both senders of texts have the base URL.
        if (!faults.some((one) => one.name === name && one.rule === rule)) faults.push({ name, rule });
      }
      return undefined;
    }
  };

  const wantsSms = isGiven("SMS_FROM") || shortCodeCountries.length > 0;
  if (wantsSms && account === undefined) {
    faults.push({ name: "VONAGE_2FA_API_KEY", rule: "is needed to send anything" });
  }
  const shared = { ...(sms?.baseUrl !== undefined && { baseUrl: sms.baseUrl }), credentials: account };
  const textSender =
    sms &&
    attempt(
      "sms",
      () => createSmsSender({ ...sms, ...shared } as unknown as SmsSenderOptions),
      isGiven("SMS_FROM"),
    );
  const shortCodeSender =
    shortCodeCountries.length === 0
      ? undefined
      : attempt("sms", () => createShortCodeSender(shared as unknown as { credentials: Credentials }));
  const smsSender =
    shortCodeSender === undefined ? textSender : byCountry(shortCodeCountries, shortCodeSender, textSender);
  const voiceSender =
    voice &&
    attempt("voice", () =>
      createVoiceSender({
        ...voice,
        ...(baseUrl !== undefined && { baseUrl }),
      } as unknown as VoiceSenderOptions),
    );
  return {
    senders: { ...(smsSender && { sms: smsSender }), ...(voiceSender && { voice: voiceSender }) },
    faults,
  };
}

/** Which entry of a setting is at fault, such as a country: the names of options mean nothing to its readers. */
function toEntry(path: string, option: string): string {
  return path.slice(option.length + 1).replace(/^(byCountry\.|default$)/, "");
}
