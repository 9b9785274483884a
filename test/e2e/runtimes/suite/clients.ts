// The ways in which a client can speak, each to where it speaks to.

import { type ConversionClientOptions, type Credentials, createConversionClient } from "vonage-conversion";
import { SANDBOX_ACCOUNTS, SANDBOX_CREDENTIALS } from "vonage-conversion/sandbox";
import { stage } from "./stage.ts";

export const { twoFactor, notEnabled } = SANDBOX_CREDENTIALS;

export const signatureSecret =
  SANDBOX_ACCOUNTS.find(({ apiKey }) => apiKey === twoFactor.apiKey)?.signatureSecret ?? "";

type Settings = Pick<ConversionClientOptions, "timeout" | "retry" | "signal" | "onAttempt">;

/** Quick retries, so that the suite is. */
export const QUICK = { attempts: 3, baseDelay: 1, maxDelay: 5000 } as const;

/** Straight to the sandbox. */
export const direct = (credentials: Credentials = twoFactor, settings: Settings = {}) =>
  createConversionClient({ credentials, baseUrl: stage.vonage, retry: QUICK, ...settings });

/** Straight to where nobody listens. */
export const intoTheVoid = (credentials: Credentials = twoFactor) =>
  createConversionClient({ credentials, baseUrl: stage.nowhere, retry: QUICK });

/** To the Worker, as a server. */
export const byKey = (key: string = stage.proxyKey) =>
  createConversionClient({ endpoint: stage.worker, key, retry: QUICK });

/** To the Worker, as a browser. */
export const byToken = (token: string) =>
  createConversionClient({ endpoint: stage.worker, token, retry: QUICK });

/** An id that no ledger has heard of. */
export const anId = () => crypto.randomUUID();
