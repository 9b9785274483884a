// Finds options that contradict each other, or that need another one.

import type { Fault } from "../../src/shared/validation.ts";
import { TRAFFICS } from "../../src/wire/report.ts";
import type { ConversionHandlerOptions } from "./handler-options.ts";

/** Checks options against each other, even if they are not valid, so that one answer can list every fault. */
export function findContradictions(options: Partial<ConversionHandlerOptions> | undefined): Fault[] {
  const { "2fa": twoFactor, other } = options?.credentials ?? {};
  const proxyKeys = asList(options?.proxyKeys);
  const adminKeys = asList(options?.adminKeys);
  const tokenSecrets = asList(options?.tokenSecrets);
  const faults: Fault[] = [];
  const add = (field: string, rule: string) => faults.push({ field, fault: rule, rule });

  if (!twoFactor && !other)
    add("credentials.2fa", "or credentials.other is required: without credentials nothing can be reported");
  if (twoFactor?.apiKey !== undefined && twoFactor.apiKey === other?.apiKey) {
    add(
      "credentials.other.apiKey",
      "must differ from the key of 2fa: Vonage wants 2FA and all other traffic on different keys",
    );
  }
  if (proxyKeys.length === 0 && tokenSecrets.length === 0) {
    add("proxyKeys", "or tokenSecrets is required: without them no caller can be authenticated");
  }
  for (const traffic of TRAFFICS) {
    const served = options?.credentials?.[traffic] !== undefined;
    const wanted = proxyKeys.some((one) => (one?.traffic ?? "2fa") === traffic);
    if (!served && wanted) add(`credentials.${traffic}`, "is required by the proxy keys of that traffic");
  }
  for (const field of [
    ...findRepeated(proxyKeys, "proxyKeys", "name"),
    ...findRepeated(proxyKeys, "proxyKeys", "key"),
    ...findRepeated(adminKeys, "adminKeys", "name"),
    ...findRepeated(adminKeys, "adminKeys", "key"),
    ...findRepeated(tokenSecrets, "tokenSecrets", "kid"),
  ]) {
    add(field, "is given more than once");
  }
  adminKeys.forEach((admin, at) => {
    if (admin?.key !== undefined && proxyKeys.some((one) => one?.key === admin.key)) {
      add(
        `adminKeys.${at}.key`,
        "must differ from every proxy key: a key for reporting must not open the ledger",
      );
    }
  });
  return faults;
}

function findRepeated<T>(list: readonly T[], option: string, name: keyof T & string): string[] {
  const values = list.map((one) => one?.[name]);
  return values.flatMap((value, at) =>
    value !== undefined && values.indexOf(value) < at ? [`${option}.${at}.${name}`] : [],
  );
}

const asList = <T>(value: readonly T[] | undefined): readonly T[] => (Array.isArray(value) ? value : []);
