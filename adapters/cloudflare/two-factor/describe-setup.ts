import type { TwoFactorConfig } from "../../fetch/two-factor/options.ts";
import type { WorkflowSetup } from "../../fetch/two-factor/setup-notes.ts";
import { toList } from "../text.ts";
import type { Senders, TwoFactorEnv } from "./settings.ts";

/**
 * How the workflow sends, in the words of the settings.
 *
 * @param own The operator's own senders: what is set for their channels does not matter.
 */
export function describeSetup(
  { SMS_FROM: from, SHORT_CODE_COUNTRIES: shortCode, VOICE_FROM: caller }: TwoFactorEnv,
  { senders }: Pick<TwoFactorConfig, "senders">,
  own: Senders,
): WorkflowSetup {
  return {
    sms:
      senders.sms === undefined
        ? null
        : own.sms === undefined
          ? { from: from || null, shortCodeCountries: toList(shortCode) }
          : { from: null, shortCodeCountries: [] },
    voice: senders.voice === undefined ? null : { from: own.voice === undefined ? (caller ?? null) : null },
  };
}
