import * as v from "valibot";
import { baseUrlSchema, signalSchema } from "../options.ts";
import { PROBLEM_TYPE } from "../problem-type.ts";
import { NO_ANSWER } from "../response.ts";
import { parseRetryAfter } from "../retry.ts";
import { createTransport, type OutgoingRequest } from "../transport.ts";
import { field, findFaults, integer, listFaults, objectOf, required, text } from "../validation.ts";
import type { ChallengeDetails, ChallengeStatus } from "./challenge.ts";
import { codeOfProblem, TwoFactorError } from "./errors.ts";
import {
  type CheckResult,
  checkSchema,
  type NotVerified,
  type ResendRequest,
  resendSchema,
  type StartRequest,
  startSchema,
} from "./request.ts";

export interface TwoFactorClientOptions {
  /** The Worker's base URL; https, or http to localhost. */
  readonly endpoint: string;
  /** One of the Worker's proxy keys for 2FA traffic. Never in a browser. */
  readonly key: string;
  /**
   * Milliseconds for each request; 1 to 120 000. Sending takes as long as Vonage does.
   *
   * @default 20_000
   */
  readonly timeout?: number;
  /**
   * What sends the requests.
   *
   * @default globalThis.fetch
   */
  readonly fetch?: typeof fetch;
}

export interface CallOptions {
  /** Stops waiting; what was asked for may be done all the same. */
  readonly signal?: AbortSignal;
}

/** Nothing is repeated by itself: a start that was repeated would be a second message. */
export interface TwoFactorClient {
  /**
   * Sends a code. Keep the `id`, on your side of the session: whoever has it and the code gets in.
   *
   * @throws {TwoFactorError} See `TwoFactorErrorCode`.
   */
  start(request: StartRequest, options?: CallOptions): Promise<ChallengeStatus>;
  /**
   * Checks the code that the user typed; what came of it is reported to Vonage by itself. A code is taken once.
   *
   * @throws {TwoFactorError} `not_found`, or that it could not be asked.
   */
  check(id: string, code: string, options?: CallOptions): Promise<CheckResult>;
  /**
   * Sends a new code, which supersedes the one before.
   *
   * @throws {TwoFactorError} `resend_too_soon` with `retryAfter`; see `TwoFactorErrorCode`.
   */
  resend(id: string, request?: ResendRequest, options?: CallOptions): Promise<ChallengeStatus>;
  /**
   * Ends a challenge: its code is not taken any more.
   *
   * @throws {TwoFactorError} `not_found`, or that it could not be asked.
   */
  cancel(id: string, options?: CallOptions): Promise<void>;
  /**
   * Looks at a challenge, say whether a reply has verified it; changes nothing.
   *
   * @throws {TwoFactorError} `not_found`, or that it could not be asked.
   */
  get(id: string, options?: CallOptions): Promise<ChallengeDetails>;
}

const optionsSchema = objectOf({
  endpoint: required(baseUrlSchema),
  key: required(text("a proxy key", /^[\w~-]{1,200}$/)),
  timeout: v.optional(integer(1, 120_000), 20_000),
  fetch: v.optional(
    field<typeof fetch>("a function", (value) => typeof value === "function"),
    // Looked up at each call, and called without a `this`, which workerd insists on.
    () => (input: RequestInfo | URL, init?: RequestInit) => globalThis.fetch(input, init),
  ),
});

/** Ten messages of some parts, each with its receipt, are about 10 kB. */
const MAX_BODY_BYTES = 65_536;

const NOT_VERIFIED: ReadonlyMap<string, NotVerified> = new Map([
  ["code-wrong", "wrong"],
  ["code-expired", "expired"],
  ["too-many-attempts", "too_many_attempts"],
  ["code-superseded", "superseded"],
  ["challenge-cancelled", "cancelled"],
  ["code-used", "used"],
]);

/** Somebody else's may be called alike. */
const problemSchema = v.object({
  type: v.pipe(v.string(), v.startsWith(PROBLEM_TYPE)),
  title: v.string(),
  detail: v.optional(v.string()),
  attemptsLeft: v.optional(v.number()),
});
/** The status alone lets nobody in: pages and proxies that answer everything with 200 are many. */
const verifiedSchema = v.object({ verified: v.literal(true) });
const challengeEntries = {
  id: v.string(),
  channel: v.picklist(["sms", "voice"]),
  expiresAt: v.string(),
  attemptsLeft: v.number(),
};
const statusSchema = v.object({ ...challengeEntries, to: v.string() });
/** Of a problem, which has no number; and of a Worker that is being replaced by one of this version. */
const challengeSchema = v.object(challengeEntries);

interface Answered {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfter: number | undefined;
}

/**
 * Makes a client of the Worker's workflow: it sends the code, checks it, and reports to Vonage. For servers, since it
 * holds a proxy key. It needs no closing and can be shared.
 *
 * @example
 * const twoFactor = createTwoFactorClient({ endpoint: "https://conversions.shop.example", key });
 * const { id, to } = await twoFactor.start({ to: "020 7946 0018", defaultCountry: "GB", channel: "voice" });
 * // Keep both on your side of the session: to is "+442079460018", however it was typed.
 * const { verified } = await twoFactor.check(id, "123456");
 *
 * @throws {TwoFactorError} `invalid_options`, naming every field at fault.
 */
export function createTwoFactorClient(options: TwoFactorClientOptions): TwoFactorClient {
  const { endpoint, key, timeout, fetch } = check(optionsSchema, options, "invalid_options");
  const attemptOnce = createTransport({
    baseUrl: endpoint,
    timeout,
    fetch,
    keepalive: false,
    readUpTo: 599,
    maxBytes: MAX_BODY_BYTES,
    once: true,
  });
  const headers = { authorization: `Bearer ${key}`, accept: "application/json" };

  return Object.freeze<TwoFactorClient>({
    async start(request, { signal } = {}) {
      const body = check(startSchema, request, "invalid_request");
      return toStatus(await post("/2fa", body, signal));
    },

    async check(id, code, { signal } = {}) {
      const body = check(checkSchema, { code }, "invalid_request");
      const answered = await post(`${toPath(id)}/check`, body, signal);
      if (answered.status === 200 && v.is(verifiedSchema, answered.body)) return { verified: true };
      const problem = v.safeParse(problemSchema, answered.body);
      const reason = problem.success ? NOT_VERIFIED.get(toName(problem.output.type)) : undefined;
      if (!problem.success || reason === undefined) throw toError(answered);
      return { verified: false, reason, attemptsLeft: problem.output.attemptsLeft ?? 0 };
    },

    async resend(id, request = {}, { signal } = {}) {
      const body = check(resendSchema, request, "invalid_request");
      return toStatus(await post(`${toPath(id)}/resend`, body, signal));
    },

    async cancel(id, { signal } = {}) {
      const answered = await call({ path: toPath(id), method: "DELETE", headers }, signal);
      if (answered.status !== 204) throw toError(answered);
    },

    async get(id, { signal } = {}) {
      const answered = await call({ path: toPath(id), method: "GET", headers }, signal);
      if (answered.status !== 200 || !v.is(challengeSchema, answered.body)) throw toError(answered);
      return answered.body as unknown as ChallengeDetails;
    },
  });

  function post(path: string, body: object, signal: AbortSignal | undefined): Promise<Answered> {
    const typed = { ...headers, "content-type": "application/json" };
    return call({ path, headers: typed, body: JSON.stringify(body) }, signal);
  }

  async function call(request: OutgoingRequest, signal: AbortSignal | undefined): Promise<Answered> {
    const stop = check(signalSchema, signal, "invalid_options", "signal");
    const ended = await attemptOnce(request, stop ? [stop] : []);
    if (ended.noAnswer === "mistake") {
      const [code, advice] = NO_ANSWER.mistake;
      throw new TwoFactorError(code, `${advice} (${ended.systemCode})`);
    }
    // An answer that did not come to its end in time is none: its body is what was asked for.
    if (ended.noAnswer || ended.body === undefined) {
      const code = ended.noAnswer ?? (signal?.aborted ? "aborted" : "timeout");
      const message = "the Worker did not answer; what was asked for may be done all the same";
      throw new TwoFactorError(code, message);
    }
    const { status, body, retryAfter } = ended;
    return { status, body: parse(body), retryAfter: parseRetryAfter(retryAfter, Date.now()) };
  }
}

/** Where a challenge is. An id may come from anywhere, a form included: none must lead to another path. */
function toPath(id: string): string {
  if (/^[\w-]+\.[\w-]+$/.test(id)) return `/2fa/${id}`;
  throw new TwoFactorError("not_found", "this is the id of no challenge; nothing was sent");
}

/** As `validate`, with this module's error. */
function check<S extends v.GenericSchema>(
  schema: S,
  input: unknown,
  code: "invalid_options" | "invalid_request",
  name?: string,
): v.InferOutput<S> {
  const { output, faults } = findFaults(schema, input, name);
  if (!faults) return output;
  throw new TwoFactorError(code, listFaults(faults));
}

function toStatus(answered: Answered): ChallengeStatus {
  const { success, output } = v.safeParse(statusSchema, answered.body);
  if (answered.status !== 201 || !success) throw toError(answered);
  return output;
}

function toError({ status, body, retryAfter }: Answered): TwoFactorError {
  const { success, output } = v.safeParse(problemSchema, body);
  const code = success ? codeOfProblem(toName(output.type)) : "unexpected_response";
  // What is not the Worker's is not quoted: it may repeat what was sent.
  if (!success || code === "unexpected_response") {
    const hint = `status ${status} with no problem that is known here; check endpoint`;
    return new TwoFactorError("unexpected_response", hint, { status });
  }
  const challenge = v.safeParse(challengeSchema, body);
  const { title, detail } = output;
  return new TwoFactorError(code, detail === undefined ? title : `${title}. ${detail}`, {
    status,
    retryAfter,
    ...(code === "send_uncertain" && challenge.success && { challenge: challenge.output }),
  });
}

const toName = (type: string) => type.slice(PROBLEM_TYPE.length);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
