import type { TwoFactorConfig } from "../../http/two-factor/options.ts";
import type { WorkflowSetup } from "../../http/two-factor/setup-notes.ts";
import type { Env } from "../env.ts";
import { readSmsFrom, Unreadable } from "../settings/readers.ts";
import { toList } from "../text.ts";
import type { Senders } from "./settings.ts";

/**
 * Describes in the settings' own words how the workflow sends.
 *
 * @param own The operator's own senders. Settings for their channels have no effect.
 */
export function describeSetup(
  { SMS_FROM: from, SHORT_CODE_COUNTRIES: shortCode, VOICE_FROM: caller }: Env,
  { senders }: Pick<TwoFactorConfig, "senders">,
  own: Senders,
): WorkflowSetup {
  return {
    sms:
      senders.sms === undefined
        ? null
        : describeTexts(own.sms === undefined ? from : undefined, own.sms ? "" : shortCode),
    voice: senders.voice === undefined ? null : { from: own.voice === undefined ? (caller ?? null) : null },
  };
}

function describeTexts(from: string | undefined, shortCode: string | undefined): WorkflowSetup["sms"] {
  const sender = from ? readSmsFrom(from) : {};
  const shortCodeCountries = toList(shortCode);
  // An unreadable sender was refused at start.
  if (typeof sender === "string") return { from: sender, fromByCountry: {}, shortCodeCountries };
  const { default: common = null, byCountry = {} } = sender instanceof Unreadable ? {} : sender;
  return { from: common, fromByCountry: byCountry, shortCodeCountries };
}
