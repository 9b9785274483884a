// The workflow over HTTP: authentication → fields → service → answer.

import * as v from "valibot";
import { objectOf } from "../../../src/shared/validation.ts";
import type { ChallengeStatus } from "../../../src/two-factor/challenge/challenge.ts";
import {
  idempotencyKeyText,
  KEY_RULE,
  readIdempotencyKey,
} from "../../../src/two-factor/challenge/idempotency-key.ts";
import {
  checkSchema,
  lookSchema,
  resendSchema,
  startSchema,
} from "../../../src/two-factor/request-schemas.ts";
import { type Answer, answerJson } from "../answer.ts";
import { type Authenticated, authenticate } from "../authentication.ts";
import type { HandlerContext } from "../context.ts";
import { readFields } from "../fields.ts";
import type { LogEntry } from "../log.ts";
import type { HandlerConfig } from "../options.ts";
import { problem } from "../problem.ts";
import { answerRefusal } from "../refusal-problem.ts";
import { type Failure, toFailure, toProblem } from "./refusal-problem.ts";
import type { TwoFactor } from "./service.ts";

/** For numbers that begin with a space. */
const PLUS_HINT = "It begins with a space: in forms and queries, write + as %2B.";

const nothingSchema = objectOf({});

/** Parameters that are numbers, although queries and forms contain text. */
const NUMBERS = ["wait"];

/** Creates the calls of `/2fa`. They require a proxy key for 2FA traffic. */
export function createTwoFactorCalls(config: HandlerConfig, service: TwoFactor) {
  interface Asked {
    /** Name of the proxy key. */
    readonly caller: string;
    /** The challenge's id. */
    readonly id: string;
    /** The idempotency key. */
    readonly key: string | undefined;
    /** Fires when the caller has gone, if the platform reports it. */
    readonly signal: AbortSignal;
  }
  type Call<O> = (input: O, asked: Asked) => Promise<Answer>;
  const asCaller =
    <E extends v.ObjectEntries>(
      schema: ReturnType<typeof objectOf<E>>,
      answer: Call<v.InferOutput<ReturnType<typeof objectOf<E>>>>,
    ) =>
    async (request: Request, context: HandlerContext, id = ""): Promise<Answer> => {
      const authenticated = await authenticate(request, config, context);
      if ("status" in authenticated) return authenticated;
      const { caller, decoded, seen }: Authenticated = authenticated;
      if (caller.kind !== "key") {
        const detail =
          "Sending and checking codes requires a proxy key. A token only allows reports about one message.";
        return problem("unauthenticated", { detail }, {}, seen);
      }
      if (caller.traffic !== "2fa") {
        const detail = "Sending and checking codes requires a proxy key for 2FA traffic.";
        return problem("wrong-traffic", { detail }, {}, seen);
      }
      const { output, errors = [] } = readFields(decoded, schema, NUMBERS);
      const key = readKey(request.headers);
      if (output === undefined || key === null) {
        const all = key === null ? [...errors, KEY_FAULT] : errors;
        return answerRefusal({ reason: "invalid_parameters", errors: all }, undefined, seen);
      }
      const { log, ...rest } = await answer(output, { caller: caller.name, id, key, signal: request.signal });
      return { ...rest, log: { ...seen, ...log } };
    };

  return {
    /** `POST /2fa` */
    start: asCaller(startSchema, async (request, { caller, key }) => {
      const { channel, to } = request;
      const seen = { channel, number: service.mask(request) };
      const started = await service.start(request, caller, key);
      const wasPlus = "failed" in started && started.failed === "invalid_number" && /^ \d/.test(to);
      const result = wasPlus ? { ...started, detail: `${started.detail} ${PLUS_HINT}` } : started;
      return toAnswer(result, "started", seen);
    }),

    /** `POST /2fa/{id}/check` */
    check: asCaller(checkSchema, async ({ code }, { caller, id, key }) => {
      const checked = await service.check(id, code, caller, key);
      if ("failed" in checked) return toProblem(checked);
      return checked.verified
        ? answerJson(200, { verified: true }, { outcome: "verified" })
        : toProblem(toFailure(checked));
    }),

    /** `POST /2fa/{id}/resend` */
    resend: asCaller(resendSchema, async (request, { caller, id, key }) =>
      toAnswer(await service.resend(id, request, caller, key), "resent"),
    ),

    /** `DELETE /2fa/{id}` */
    cancel: asCaller(nothingSchema, async (_, { id }) => {
      const cancelled = await service.cancel(id);
      if (cancelled !== true) return toProblem(cancelled);
      return { status: 204, headers: {}, body: null, log: { outcome: "cancelled" } };
    }),

    /** `GET /2fa/{id}` */
    look: asCaller(lookSchema, async ({ wait }, { id, signal }) => {
      const found = await service.look(id, wait > 0 ? { milliseconds: wait * 1000, signal } : undefined);
      return "failed" in found ? toProblem(found) : answerJson(200, found, { outcome: "ok" });
    }),
  };
}

const KEY_HEADER = "Idempotency-Key";
const KEY_FAULT = {
  parameter: KEY_HEADER,
  detail: `must be ${KEY_RULE}, with or without quotes`,
};

/** The request's idempotency key; `null`: the header is malformed. */
function readKey(headers: Headers): string | undefined | null {
  const header = headers.get(KEY_HEADER);
  if (header === null) return undefined;
  const key = readIdempotencyKey(header);
  return v.is(idempotencyKeyText, key) ? key : null;
}

function toAnswer(result: ChallengeStatus | Failure, outcome: string, log: Partial<LogEntry> = {}): Answer {
  const answer = "failed" in result ? toProblem(result) : answerJson(201, result, { outcome });
  return { ...answer, log: { ...log, ...answer.log } };
}
