// Turns faults of options into faults of the settings that the options came from.

import type { Fault } from "../../../src/shared/validation.ts";
import type { Assembled, OptionTree, SettingFault } from "./assemble.ts";

/**
 * Names the settings that a fault of an option comes from, or should have come from.
 *
 * @param part The first part of the option's path, such as `handler`.
 */
export function toSettingFaults(part: string, { field, rule }: Fault, assembled: Assembled): SettingFault[] {
  const names =
    part === "handler" && field.startsWith("credentials")
      ? namesOfCredentials(field, assembled)
      : field === "proxyKeys"
        ? ["PROXY_KEYS_2FA or TOKEN_SECRETS"]
        : [assembled.nameOf(`${part}.${field}`) ?? field];
  return names.map((name) => ({ name, rule }));
}

/** A fault of credentials also names what the set lacks, such as the secret or the method of a signature. */
function namesOfCredentials(field: string, { options, nameOf }: Assembled): string[] {
  const [, traffic = "", detail] = field.split(".");
  const set = traffic === "other" ? "OTHER" : "2FA";
  const credentials = ((options.handler as OptionTree | undefined)?.credentials ?? {}) as OptionTree;
  const given = (credentials[traffic] ?? {}) as OptionTree;
  const { apiKey, apiSecret, signatureSecret, signatureMethod } = given;
  const own = detail === undefined ? undefined : nameOf(`handler.${field}`);
  const names = own === undefined ? [] : [own as string];
  if (!apiKey) names.push(`VONAGE_${set}_API_KEY`);
  if (!apiSecret && !signatureSecret)
    names.push(`VONAGE_${set}_${signatureMethod ? "SIGNATURE" : "API"}_SECRET`);
  if (!apiSecret && signatureSecret && !signatureMethod) names.push(`VONAGE_${set}_SIGNATURE_METHOD`);
  // Nothing is missing: secrets of both kinds are set.
  if (names.length === 0) names.push(`VONAGE_${set}_API_SECRET`);
  return [...new Set(names)];
}
