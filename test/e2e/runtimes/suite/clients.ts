// One client for each mode, with the server it speaks to.

import { type ConversionClientOptions, type Credentials, createConversionClient } from "vonage-conversion";
import { SANDBOX_ACCOUNTS, SANDBOX_CREDENTIALS } from "vonage-conversion/sandbox";
import { stage } from "./stage.ts";

export const { twoFactor, notEnabled } = SANDBOX_CREDENTIALS;

export const signatureSecret =
  SANDBOX_ACCOUNTS.find(({ apiKey }) => apiKey === twoFactor.apiKey)?.signatureSecret ?? "";

type Settings = Pick<ConversionClientOptions, "timeout" | "retry" | "signal" | "onAttempt">;

/** Short retry delays keep the suite fast. */
export const QUICK = { attempts: 3, baseDelay: 1, maxDelay: 5000 } as const;

/** Directly to the sandbox. */
export const direct = (credentials: Credentials = twoFactor, settings: Settings = {}) =>
  createConversionClient({ credentials, baseUrl: stage.vonage, retry: QUICK, ...settings });

/** Directly to a URL at which no server listens. */
export const intoTheVoid = (credentials: Credentials = twoFactor) =>
  createConversionClient({ credentials, baseUrl: stage.nowhere, retry: QUICK });

/** To the Worker, as a server. */
export const byKey = (key: string = stage.proxyKey) =>
  createConversionClient({ endpoint: stage.worker, key, retry: QUICK });

/** To the Worker, as a browser. */
export const byToken = (token: string) =>
  createConversionClient({ endpoint: stage.worker, token, retry: QUICK });

/** An id that is new to every ledger. */
export const anId = () => crypto.randomUUID();
