import * as v from "valibot";
import { baseUrlSchema, retryOption, signalSchema } from "../../client/options.ts";
import { NO_ANSWER } from "../../client/response.ts";
import { nextDelay, parseRetryAfter, type RetryOptions } from "../../client/retry.ts";
import { type Attempt, createTransport, type OutgoingRequest, startTimer } from "../../client/transport.ts";
import { JSON_HEADERS } from "../../shared/json-headers.ts";
import { field, findFaults, integer, listFaults, objectOf, required, text } from "../../shared/validation.ts";
import { PROBLEM_TYPE } from "../../wire/problem-type.ts";
import type { ChallengeDetails, ChallengeStatus } from "../challenge/challenge.ts";
import { idempotencyKeyText } from "../challenge/idempotency-key.ts";
import {
  type CheckResult,
  checkSchema,
  type LookRequest,
  lookSchema,
  type NotVerified,
  type ResendRequest,
  resendSchema,
  type StartRequest,
  startSchema,
} from "../request.ts";
import { codeOfProblem, TwoFactorError } from "./errors.ts";

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
   * When a start, check or resend is repeated, under its idempotency key, so that nothing is sent or counted twice:
   * after a broken connection, a timeout, a 5xx that is not the Worker's, or when the Worker could not store it. Only
   * with a Worker that knows such keys, which its `/health` says; `false`: never.
   *
   * @default { attempts: 3, baseDelay: 250, maxDelay: 2000 }
   */
  readonly retry?: RetryOptions | false;
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

/** What start, check and resend take besides. */
export interface KeyedCallOptions extends CallOptions {
  /**
   * Your name for this one request, 1 to 255 printable ASCII characters, say a UUID that a form got when it was
   * rendered: sent twice, as by a double click, it is done once, and both get the same answer. Kept for a day.
   *
   * @default a new UUID for each call
   */
  readonly idempotencyKey?: string;
}

/** Start, check and resend may be repeated by themselves, and are done once; see `retry`. */
export interface TwoFactorClient {
  /**
   * Sends a code. Keep the `id`, on your side of the session: whoever has it and the code gets in.
   *
   * @throws {TwoFactorError} See `TwoFactorErrorCode`.
   */
  start(request: StartRequest, options?: KeyedCallOptions): Promise<ChallengeStatus>;
  /**
   * Checks the code that the user typed; what came of it is reported to Vonage by itself. A code is taken once.
   *
   * @throws {TwoFactorError} `not_found`, or that it could not be asked.
   */
  check(id: string, code: string, options?: KeyedCallOptions): Promise<CheckResult>;
  /**
   * Sends a new code, which supersedes the one before.
   *
   * @throws {TwoFactorError} `resend_too_soon` with `retryAfter`; see `TwoFactorErrorCode`.
   */
  resend(id: string, request?: ResendRequest, options?: KeyedCallOptions): Promise<ChallengeStatus>;
  /**
   * Ends a challenge: its code is not taken any more.
   *
   * @throws {TwoFactorError} `not_found`, or that it could not be asked.
   */
  cancel(id: string, options?: CallOptions): Promise<void>;
  /**
   * Looks at a challenge, say whether a reply has verified it; changes nothing. With `wait` it answers as soon as the
   * challenge is not `pending` any longer, after so many seconds at the latest; `timeout` begins after them.
   *
   * @example
   * const { state } = await twoFactor.get(id, { wait: 20 });
   *
   * @throws {TwoFactorError} `not_found`, or that it could not be asked.
   */
  get(id: string, options?: CallOptions & LookRequest): Promise<ChallengeDetails>;
}

const optionsSchema = objectOf({
  endpoint: required(baseUrlSchema),
  key: required(text("a proxy key", /^[\w~-]{1,200}$/)),
  timeout: v.optional(integer(1, 120_000), 20_000),
  retry: retryOption({ attempts: 3, baseDelay: 250, maxDelay: 2000 }),
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

/** What a Worker of version 0.2.0 or later says of itself. */
const healthSchema = v.object({ idempotencyKeys: v.literal(true) });

/** Milliseconds for the Worker to say what it knows: it asks nobody. */
const HEALTH_MS = 3000;

/** Problems after which the same request may succeed, or its first answer be there. */
const REPEATED = ["ledger-unavailable", "challenges-unavailable", "limits-unavailable", "internal"];

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
  const { endpoint, key, timeout, retry, fetch } = check(optionsSchema, options, "invalid_options");
  const createAttempt = (patience: number) =>
    createTransport({
      baseUrl: endpoint,
      timeout: patience,
      fetch,
      keepalive: false,
      readUpTo: 599,
      maxBytes: MAX_BODY_BYTES,
      once: true,
    });
  const attemptOnce = createAttempt(timeout);
  const headers = { authorization: `Bearer ${key}`, accept: "application/json" };

  return Object.freeze<TwoFactorClient>({
    async start(request, options) {
      const body = check(startSchema, request, "invalid_request");
      return toStatus(await post("/2fa", body, options));
    },

    async check(id, code, options) {
      const body = check(checkSchema, { code }, "invalid_request");
      const answered = await post(`${toPath(id)}/check`, body, options);
      if (answered.status === 200 && v.is(verifiedSchema, answered.body)) return { verified: true };
      const problem = v.safeParse(problemSchema, answered.body);
      const reason = problem.success ? NOT_VERIFIED.get(toName(problem.output.type)) : undefined;
      if (!problem.success || reason === undefined) throw toError(answered);
      return { verified: false, reason, attemptsLeft: problem.output.attemptsLeft ?? 0 };
    },

    async resend(id, request = {}, options = {}) {
      const body = check(resendSchema, request, "invalid_request");
      return toStatus(await post(`${toPath(id)}/resend`, body, options));
    },

    async cancel(id, { signal } = {}) {
      const answered = read(await ask({ path: toPath(id), method: "DELETE", headers }, signal), signal);
      if (answered.status !== 204) throw toError(answered);
    },

    async get(id, { signal, ...request } = {}) {
      const { wait } = check(lookSchema, request, "invalid_request");
      const query: Pick<OutgoingRequest, "query"> = wait > 0 ? { query: [["wait", String(wait)]] } : {};
      const attempt = wait > 0 ? createAttempt(timeout + wait * 1000) : attemptOnce;
      const look = { path: toPath(id), method: "GET", headers, ...query } as const;
      const answered = read(await ask(look, signal, attempt), signal);
      if (answered.status !== 200 || !v.is(challengeSchema, answered.body)) throw toError(answered);
      return answered.body as unknown as ChallengeDetails;
    },
  });

  /** Repeats what may not have been done, under one key. */
  async function post(
    path: string,
    body: object,
    { signal, idempotencyKey = crypto.randomUUID() }: KeyedCallOptions = {},
  ): Promise<Answered> {
    const named = check(idempotencyKeyText, idempotencyKey, "invalid_request", "idempotencyKey");
    const keyed = { ...headers, ...JSON_HEADERS, "idempotency-key": `"${named}"` };
    const request = { path, headers: keyed, body: JSON.stringify(body) };
    for (let attempts = 1; ; attempts++) {
      const ended = await ask(request, signal);
      const after = mayRepeat(ended)
        ? nextDelay(attempts, retry, toRetryAfter(ended), Math.random())
        : undefined;
      if (after === undefined || signal?.aborted || !(await knowsKeys(signal))) return read(ended, signal);
      await new Promise((resolve) => startTimer(after, signal ? [signal] : [], resolve));
    }
  }

  /** A Worker before 0.2.0 ignores the key, and would send or count twice. */
  async function knowsKeys(signal: AbortSignal | undefined): Promise<boolean> {
    const health = { path: "/health", method: "GET", headers: {} } as const;
    const { status, body } = await ask(health, signal, createAttempt(Math.min(timeout, HEALTH_MS)));
    return status === 200 && v.is(healthSchema, parse(body ?? ""));
  }

  function ask(request: OutgoingRequest, signal: AbortSignal | undefined, attempt = attemptOnce) {
    const stop = check(signalSchema, signal, "invalid_options", "signal");
    return attempt(request, stop ? [stop] : []);
  }
}

/** Whether it is open what became of a request, or the Worker asks for it again. */
function mayRepeat({ status, body, noAnswer }: Attempt): boolean {
  if (status === undefined) return noAnswer === "network" || noAnswer === "timeout";
  const problem = v.safeParse(problemSchema, parse(body ?? ""));
  if (!problem.success) return status >= 500 || body === undefined;
  const name = toName(problem.output.type);
  return name === "idempotency-key-in-use" || REPEATED.includes(name);
}

const toRetryAfter = ({ retryAfter }: Attempt) => parseRetryAfter(retryAfter, Date.now());

/** The answer, or the error of one that there was not. */
function read(ended: Attempt, signal: AbortSignal | undefined): Answered {
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
  return { status: ended.status, body: parse(ended.body), retryAfter: toRetryAfter(ended) };
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
