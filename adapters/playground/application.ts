// The demo application's backend, as a shop would write it. It has the proxy key; the browser never does.

import * as v from "valibot";
import { findFaults, objectOf, oneOf, required, text } from "../../src/shared/validation.ts";
import {
  type ChallengeStatus,
  createTwoFactorClient,
  isTwoFactorError,
  type NotVerified,
  type TwoFactorErrorCode,
} from "../../src/two-factor/index.ts";
import { checkSchema } from "../../src/two-factor/request.ts";
import { CHANNELS } from "../../src/wire/report.ts";
import { type ApplicationExchange, createApplicationLog } from "./application-log.ts";
import {
  createSessions,
  type KnownChallenge,
  type Session,
  type ShownChallenge,
  showChallenge,
} from "./sessions.ts";

export interface ApplicationOptions {
  /** Base URL of the Worker. */
  readonly endpoint: string;
  /** The Worker's proxy key for 2FA traffic. */
  readonly key: string;
  /** Seconds until another message may be requested: the Worker's TWO_FACTOR_COOLDOWN_S. */
  readonly cooldown: number;
  /** @default globalThis.fetch */
  readonly fetch?: typeof fetch;
  /** The clock, in epoch milliseconds. @default Date.now */
  readonly now?: () => number;
}

/** The answer to a POST. */
export interface ApplicationAnswer {
  readonly challenge: ShownChallenge | null;
  /** The reason why a code was not accepted. */
  readonly reason?: NotVerified;
  /** The reason why a request was refused or failed. */
  readonly error?: TwoFactorErrorCode | "no_challenge";
  /** The explanation of the Worker or of this backend. */
  readonly detail?: string;
}

export interface Application {
  /** Answers `POST /app/start`, `/app/check`, `/app/resend`, `/app/cancel`, whose body is `input`. */
  act(request: Request, input: unknown): Promise<Response>;
  /** Returns the session's challenge. Asks the Worker about once a second while it is pending. */
  look(request: Request): Promise<Pick<ApplicationAnswer, "challenge" | "error">>;
  exchanges(after: number): readonly ApplicationExchange[];
  forget(): void;
}

const LOOK_EVERY_MS = 1000;

/** The country of this shop's users: numbers without "+" are read as dialled there. */
export const DEFAULT_COUNTRY = "GB";

const channel = oneOf(CHANNELS);
const startSchema = objectOf({
  number: required(text("a phone number", /^.{1,40}$/su)),
  channel: required(channel),
  locale: v.optional(text("a BCP 47 tag such as de or pt-BR", /^[\w-]{2,20}$/)),
});
const resendSchema = objectOf({ channel: v.optional(channel) });

export function createApplication({
  endpoint,
  key,
  cooldown,
  now = Date.now,
  fetch: send = (input, init) => globalThis.fetch(input, init),
}: ApplicationOptions): Application {
  const log = createApplicationLog(send, now);
  const sessions = createSessions();
  const twoFactor = createTwoFactorClient({ endpoint, key, fetch: log.fetch });

  /** The actions on a session. Each resolves to its answer, without the challenge. */
  const actions: Readonly<
    Record<string, (session: Session, input: unknown) => Promise<Partial<ApplicationAnswer>>>
  > = {
    "/app/start": async (session, input) => {
      const { number: to, channel, locale } = read(startSchema, input);
      session.challenge = undefined;
      const request = {
        to,
        channel,
        defaultCountry: DEFAULT_COUNTRY,
        ...(locale !== undefined && { locale }),
      };
      session.challenge = begin(await twoFactor.start(request));
      return {};
    },
    "/app/check": async (session, input) => {
      const { code } = read(checkSchema, input);
      const challenge = demand(session);
      const checked = await twoFactor.check(challenge.id, code);
      if (checked.verified) {
        session.challenge = { ...challenge, state: "verified" };
        return {};
      }
      const { reason, attemptsLeft } = checked;
      session.challenge = { ...challenge, attemptsLeft, state: STATES[reason] ?? challenge.state };
      return { reason };
    },
    "/app/resend": async (session, input) => {
      const { channel } = read(resendSchema, input);
      const { id } = demand(session);
      session.challenge = begin(await twoFactor.resend(id, channel === undefined ? {} : { channel }));
      return {};
    },
    "/app/cancel": async (session) => {
      const challenge = demand(session);
      await twoFactor.cancel(challenge.id);
      session.challenge = undefined;
      return {};
    },
  };

  return {
    act: async (request, input) => {
      const action = actions[new URL(request.url).pathname];
      if (action === undefined) return Response.json({ error: "not_found" }, { status: 404 });
      const { session, headers } = sessions.open(request);
      const answer = (more: Partial<ApplicationAnswer>, status: number) =>
        Response.json({ challenge: showChallenge(session.challenge, now()), ...more }, { status, headers });
      try {
        return answer(await action(session, input), 200);
      } catch (error) {
        if (error instanceof Refused) return answer({ error: error.code, detail: error.message }, 400);
        if (!isTwoFactorError(error)) throw error;
        const { code, message, status = 502, challenge } = error;
        // The message may still arrive, so its code must be accepted. The error has no number; ask for it.
        if (challenge !== undefined) {
          session.challenge = await twoFactor.get(challenge.id).then(begin, () => session.challenge);
        }
        return answer({ error: code, detail: message.replace(`${code}: `, "") }, status);
      }
    },

    look: async (request) => {
      const session = sessions.find(request);
      const before = session?.challenge;
      if (session === undefined || before?.state !== "pending" || now() - before.lookedAt < LOOK_EVERY_MS) {
        return { challenge: showChallenge(before, now()) };
      }
      const waiting = { ...before, lookedAt: now() };
      session.challenge = waiting;
      try {
        const { state, attemptsLeft, expiresAt } = await twoFactor.get(before.id);
        // Keep a change that happened meanwhile.
        if (session.challenge === waiting) {
          session.challenge = { ...waiting, state, attemptsLeft, expiresAt: Date.parse(expiresAt) };
        }
        return { challenge: showChallenge(session.challenge, now()) };
      } catch (error) {
        if (!isTwoFactorError(error)) throw error;
        return { challenge: showChallenge(session.challenge, now()), error: error.code };
      }
    },

    exchanges: log.since,
    forget: () => {
      log.forget();
      sessions.forget();
    },
  };

  function begin({ id, to, channel, expiresAt, attemptsLeft }: ChallengeStatus): KnownChallenge {
    const at = now();
    const number = to.slice(1);
    const times = { expiresAt: Date.parse(expiresAt), resendAt: at + cooldown * 1000, lookedAt: at };
    return { id, number, channel, state: "pending", attemptsLeft, ...times };
  }
}

/** The state of a challenge after a code was not accepted. */
const STATES: { readonly [R in NotVerified]?: KnownChallenge["state"] } = {
  expired: "expired",
  too_many_attempts: "locked",
  cancelled: "cancelled",
  used: "verified",
};

class Refused extends Error {
  readonly code: "invalid_request" | "no_challenge";
  constructor(code: Refused["code"], message: string) {
    super(message);
    this.code = code;
  }
}

function read<S extends v.GenericSchema>(schema: S, input: unknown): v.InferOutput<S> {
  const { output, faults = [] } = findFaults(schema, input);
  if (output !== undefined) return output;
  throw new Refused("invalid_request", faults.map(({ field, fault }) => `${field} ${fault}`).join("; "));
}

function demand({ challenge }: Session): KnownChallenge {
  if (challenge !== undefined) return challenge;
  throw new Refused("no_challenge", "No code has been requested.");
}
