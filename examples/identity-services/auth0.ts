// What the two Actions in auth0/ call. Actions keep nothing between a text and a sign-in, so this server does.

import { createHash, timingSafeEqual } from "node:crypto";
import type { Messages } from "./messages.ts";
import type { Hook } from "./supabase.ts";

interface Sending {
  readonly to: string;
  readonly code: string;
  readonly locale: string;
  readonly users: readonly string[];
}

interface SignedIn {
  readonly users: readonly string[];
  /** Epoch milliseconds. */
  readonly at: number;
}

const STATUS = { sent: 200, later: 503, refused: 422 } as const;

/** @param key The secret AUTH0_ACTION_KEY of both Actions. */
export function createAuth0Sending(key: string, messages: Messages): Hook {
  return forActions<Sending>(key, async (code) => STATUS[await messages.send(code)]);
}

/** @param key The secret AUTH0_ACTION_KEY of both Actions. */
export function createAuth0SignIn(key: string, messages: Messages): Hook {
  return forActions<SignedIn>(key, async ({ users, at }) => {
    messages.confirm(users, at);
    return 200;
  });
}

function forActions<Payload>(key: string, act: (payload: Payload) => Promise<number>): Hook {
  return async (body, { authorization = "" }) => {
    if (!timingSafeEqual(hash(authorization), hash(`Bearer ${key}`))) return { status: 401, body: {} };
    return { status: await act(JSON.parse(body)), body: {} };
  };
}

const hash = (text: string) => createHash("sha256").update(text).digest();
