// The page's requests to its server.

import { JSON_HEADERS } from "../../../src/shared/json-headers.ts";
import type { LiveState } from "../demo.ts";

const TIMEOUT_MS = 30_000;

/** Posts JSON. Resolves to the JSON of the answer, or `undefined` if there was none. */
export async function post<A extends object>(path: string, body: object): Promise<A | undefined> {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: JSON_HEADERS,
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return (await response.json()) as A;
  } catch {
    return undefined;
  }
}

/** An answer of the sandbox's control panel. */
export interface ControlAnswer {
  readonly error?: string;
  /** The speech of a call. */
  readonly heard?: string;
}

/** Describes why the control panel refused. Returns `undefined` on success. */
export function faultOf(answer: ControlAnswer | undefined): string | undefined {
  if (answer === undefined) return NO_SANDBOX;
  return answer.error && `The sandbox refused: ${answer.error.replace(/^invalid_options: /, "")}.`;
}

export const NO_SANDBOX =
  "The sandbox does not answer. Start it again (npx vonage-conversion sandbox); this page then continues by itself.";

/** Reads the state. Resolves to `undefined` if there is no answer. */
export async function look(query: Readonly<Record<string, string>>): Promise<LiveState | undefined> {
  try {
    const response = await fetch(`/app/state?${new URLSearchParams(query)}`, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return response.ok ? ((await response.json()) as LiveState) : undefined;
  } catch {
    return undefined;
  }
}
