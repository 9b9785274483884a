// What the page asks of the sandbox, where it was loaded from.

import { JSON_HEADERS } from "../../../src/shared/json-headers.ts";
import type { LiveState } from "../demo.ts";

const TIMEOUT_MS = 30_000;

/** Posts JSON; resolves to the answer's JSON, or `undefined` where there was no answer. */
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

/** What the control panel of the sandbox answers. */
export interface ControlAnswer {
  readonly error?: string;
  /** What is heard of a call. */
  readonly heard?: string;
}

/** Why the control panel did not do it, as a sentence; `undefined`: it did. */
export function faultOf(answer: ControlAnswer | undefined): string | undefined {
  if (answer === undefined) return NO_SANDBOX;
  return answer.error && `The sandbox refuses that: ${answer.error.replace(/^invalid_options: /, "")}.`;
}

export const NO_SANDBOX =
  "The sandbox does not answer. Start it again with npm start; this page goes on by itself.";

/** Resolves to how everything stands; `undefined`: no answer. */
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
