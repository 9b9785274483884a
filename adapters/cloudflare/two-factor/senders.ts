// Creates the senders that the settings describe.

import type { Credentials } from "../../../src/client/credentials.ts";
import { isConversionError } from "../../../src/client/errors.ts";
import type { CodeSender } from "../../../src/two-factor/senders/sender.ts";
import { createShortCodeSender } from "../../../src/two-factor/senders/short-code-sender.ts";
import { createSmsSender, type SmsSenderOptions } from "../../../src/two-factor/senders/sms-sender.ts";
import { createVoiceSender, type VoiceSenderOptions } from "../../../src/two-factor/senders/voice-sender.ts";
import type { Assembled, OptionTree, SettingFault } from "../settings/assemble.ts";
import { SETTINGS } from "../settings/table.ts";
import { routeByCountry } from "./route-by-country.ts";

/** Creates every sender that has its settings, and lists the faults of the others. */
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
   * @param part The sender's place in the tree of options.
   * @param isWanted If not, only the given settings are checked, and none is missing.
   */
  const tryToMake = (part: string, make: () => CodeSender, isWanted = true): CodeSender | undefined => {
    try {
      return make();
    } catch (error) {
      if (!isConversionError(error) || error.faults === undefined) throw error;
      for (const { field, rule: broken } of error.faults) {
        const path = `${part}.${field}`;
        const name = nameOf(path);
        // Reports use the same credentials and base URL, and name their faults.
        if (name === undefined || (!isWanted && !isGiven(name))) continue;
        const entry = toEntry(path, SETTINGS[name].option);
        const rule = entry === "" ? broken : `${entry} ${broken}`;
        // Both senders of texts have the base URL: name its fault once.
        if (!faults.some((one) => one.name === name && one.rule === rule)) faults.push({ name, rule });
      }
      return undefined;
    }
  };

  const wantsSms = isGiven("SMS_FROM") || shortCodeCountries.length > 0;
  if (wantsSms && account === undefined) {
    faults.push({ name: "VONAGE_2FA_API_KEY", rule: "is required for sending" });
  }
  const shared = { ...(sms?.baseUrl !== undefined && { baseUrl: sms.baseUrl }), credentials: account };
  const textSender =
    sms &&
    tryToMake(
      "sms",
      () => createSmsSender({ ...sms, ...shared } as unknown as SmsSenderOptions),
      isGiven("SMS_FROM"),
    );
  const shortCodeSender =
    shortCodeCountries.length === 0
      ? undefined
      : tryToMake("sms", () => createShortCodeSender(shared as unknown as { credentials: Credentials }));
  const smsSender =
    shortCodeSender === undefined
      ? textSender
      : routeByCountry(shortCodeCountries, shortCodeSender, textSender);
  const voiceSender =
    voice &&
    tryToMake("voice", () =>
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

/** The entry of a setting that is at fault, such as a country. Operators do not know the names of options. */
function toEntry(path: string, option: string): string {
  return path.slice(option.length + 1).replace(/^(byCountry\.|default$)/, "");
}
