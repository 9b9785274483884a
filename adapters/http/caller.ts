// Identifies the caller: by a report token, or by a proxy key in any of the places where official SDKs put an API secret.

import { equalInConstantTime } from "../../src/shared/constant-time.ts";
import { type VerifiedToken, verifyReportToken } from "../../src/token/verify.ts";
import { decodeBasic } from "../../src/wire/basic-auth.ts";
import type { Parameters } from "../../src/wire/parameters.ts";
import type { Traffic } from "../../src/wire/report.ts";
import { isFresh, verifySignature } from "../../src/wire/signature.ts";
import type { HandlerConfig } from "./options.ts";

export type Caller =
  | { readonly kind: "key"; readonly name: string; readonly traffic: Traffic }
  | ({ readonly kind: "token" } & VerifiedToken);

/** The parameters that authenticate a caller: those of the Conversion API, and `token`. */
export const CALLER_PARAMETERS: ReadonlySet<string> = new Set(["token", "api_key", "api_secret", "sig"]);

/**
 * Identifies the caller by `Authorization` (Bearer with a token or key, Basic with `name:key`). Without that header: by
 * `token`, by `api_key` with `api_secret`, or by `api_key` with a `sig` whose signature secret is the proxy key.
 *
 * @param now Epoch milliseconds.
 * @returns `undefined` for an unknown caller.
 */
export function identifyCaller(
  authorization: string | null,
  parameters: Parameters,
  config: Pick<HandlerConfig, "proxyKeys" | "tokenSecrets" | "tokenAudience">,
  now: number,
): Caller | undefined | Promise<Caller | undefined> {
  if (authorization !== null) {
    const bearer = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    if (bearer?.includes(".")) return fromToken(bearer, config);
    if (bearer !== undefined) return fromKey(config, (known) => equalInConstantTime(bearer, known.key));
    const basic = decodeBasic(authorization);
    return basic && fromNameAndKey(basic.user, basic.password, config);
  }
  const token = parameters.get("token");
  if (token !== undefined) return fromToken(token, config);
  const name = parameters.get("api_key") ?? "";
  const key = parameters.get("api_secret");
  if (key !== undefined) return fromNameAndKey(name, key, config);
  const known = config.proxyKeys.find((one) => one.name === name);
  return known && isFresh(parameters, now) ? fromSignature(known, parameters) : undefined;
}

/**
 * Identifies the operator by an admin key as Bearer.
 *
 * @returns The key's name; `undefined` for an unknown caller.
 */
export function identifyAdmin(
  authorization: string | null,
  { adminKeys }: Pick<HandlerConfig, "adminKeys">,
): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
  if (bearer === undefined) return undefined;
  const [found] = adminKeys.filter((known) => equalInConstantTime(bearer, known.key));
  return found?.name;
}

async function fromToken(token: string, config: Pick<HandlerConfig, "tokenSecrets" | "tokenAudience">) {
  try {
    const options = { secrets: config.tokenSecrets, audience: config.tokenAudience };
    return { kind: "token", ...(await verifyReportToken(token, options)) } as const;
  } catch {
    return undefined;
  }
}

async function fromSignature(
  { name, key, traffic }: HandlerConfig["proxyKeys"][number],
  parameters: Parameters,
) {
  return (await verifySignature(parameters, key)) ? ({ kind: "key", name, traffic } as const) : undefined;
}

function fromNameAndKey(name: string, key: string, config: Pick<HandlerConfig, "proxyKeys">) {
  return fromKey(config, (known) => equalInConstantTime(key, known.key) && name === known.name);
}

/** Compares with every key, so that the time does not reveal which one matched. */
function fromKey(
  { proxyKeys }: Pick<HandlerConfig, "proxyKeys">,
  matches: (known: HandlerConfig["proxyKeys"][number]) => boolean,
) {
  const [found] = proxyKeys.filter(matches);
  return found && ({ kind: "key", name: found.name, traffic: found.traffic } as const);
}
