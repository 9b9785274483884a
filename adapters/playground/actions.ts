// The demo application's calls of the Worker: one for each button of the page.

import * as v from "valibot";
import { findFaults, listFaults, objectOf, oneOf, required, text } from "../../src/shared/validation.ts";
import type { ChallengeStatus, NotVerified, TwoFactorClient } from "../../src/two-factor/index.ts";
import { checkSchema } from "../../src/two-factor/request-schemas.ts";
import { CHANNELS } from "../../src/wire/report.ts";
import type { KnownChallenge, Session } from "./sessions.ts";

/** Changes the session's challenge. Resolves to the reason if a code was not accepted. */
export type Action = (session: Session, input: unknown) => Promise<NotVerified | undefined>;

/** This backend refuses a request without asking the Worker. */
export class Refused extends Error {
  readonly code: "invalid_request" | "no_challenge";

  constructor(code: Refused["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** The country of this shop's users: numbers without "+" are read as dialled there. */
export const DEFAULT_COUNTRY = "GB";

const channel = oneOf(CHANNELS);
const startSchema = objectOf({
  number: required(text("a phone number", /^.{1,40}$/su)),
  channel: required(channel),
  locale: v.optional(text("a BCP 47 tag such as de or pt-BR", /^[\w-]{2,20}$/)),
});
const resendSchema = objectOf({ channel: v.optional(channel) });

/**
 * Makes the actions, by path.
 *
 * @param toKnown Turns the Worker's answer into the session's challenge.
 */
export function createActions(
  twoFactor: TwoFactorClient,
  toKnown: (status: ChallengeStatus) => KnownChallenge,
): Readonly<Record<string, Action>> {
  return {
    "/app/start": async (session, input) => {
      const { number: to, channel, locale } = read(startSchema, input);
      session.challenge = undefined;
      const request = {
        to,
        channel,
        defaultCountry: DEFAULT_COUNTRY,
        ...(locale !== undefined && { locale }),
      };
      session.challenge = toKnown(await twoFactor.start(request));
      return undefined;
    },
    "/app/check": async (session, input) => {
      const { code } = read(checkSchema, input);
      const challenge = demand(session);
      const checked = await twoFactor.check(challenge.id, code);
      if (checked.verified) {
        session.challenge = { ...challenge, state: "verified" };
        return undefined;
      }
      const { reason, attemptsLeft } = checked;
      session.challenge = { ...challenge, attemptsLeft, state: STATES[reason] ?? challenge.state };
      return reason;
    },
    "/app/resend": async (session, input) => {
      const { channel } = read(resendSchema, input);
      const { id } = demand(session);
      session.challenge = toKnown(await twoFactor.resend(id, channel === undefined ? {} : { channel }));
      return undefined;
    },
    "/app/cancel": async (session) => {
      const challenge = demand(session);
      await twoFactor.cancel(challenge.id);
      session.challenge = undefined;
      return undefined;
    },
  };
}

/** The state of a challenge after a code was not accepted. */
const STATES: { readonly [R in NotVerified]?: KnownChallenge["state"] } = {
  expired: "expired",
  too_many_attempts: "locked",
  cancelled: "cancelled",
  used: "verified",
};

function read<S extends v.GenericSchema>(schema: S, input: unknown): v.InferOutput<S> {
  const { output, faults = [] } = findFaults(schema, input);
  if (output !== undefined) return output;
  throw new Refused("invalid_request", listFaults(faults));
}

function demand({ challenge }: Session): KnownChallenge {
  if (challenge !== undefined) return challenge;
  throw new Refused("no_challenge", "No code has been requested.");
}
