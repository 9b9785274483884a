// Interprets the Worker's answers to `POST /messages`, as a pure function.

import * as v from "valibot";
import { type Failure, interpretResponse, NO_ANSWER } from "../client/response.ts";
import type { Attempt } from "../client/transport.ts";
import { parseJson } from "../shared/parse-json.ts";
import { sentMessageSchema, type TrackResult } from "./sent-message.ts";

/** The highest status whose body means something: a refused message's names its fields. */
export const HIGHEST_READ_STATUS = 400;

export type TrackOutcome =
  | { readonly result: TrackResult; readonly failure?: never }
  | { readonly failure: Failure; readonly result?: never };

const STRANGE: Failure = ["unexpected_response", "this is no answer of POST /messages; check endpoint"];

/** Statuses that mean something else for reports. */
const BY_STATUS: Readonly<Record<number, Failure>> = {
  401: ["unauthorized", "the Worker does not know this proxy key"],
  402: STRANGE,
  403: ["unauthorized", "the message is of the other kind of traffic; use a proxy key of that"],
  409: STRANGE,
  501: ["unexpected_response", "this Worker has no ledger to track messages in; on Cloudflare, bind LEDGER"],
};

/** A bare 201 is not enough: other servers answer it too. */
const trackedSchema = v.object({
  token: v.optional(v.pipe(v.string(), v.regex(/^[\w-]+\.[\w-]+\.[\w-]+$/))),
  expiresAt: v.pipe(v.string(), v.isoTimestamp()),
});

const refusedSchema = v.object({ errors: v.array(v.object({ parameter: v.string() })) });

/** @param aborted `true` if a signal ended the request. */
export function readTrackAnswer({ status, body, noAnswer }: Attempt, aborted: boolean): TrackOutcome {
  if (noAnswer) return { failure: NO_ANSWER[noAnswer] };
  if (status === 201) {
    // The token is in the body, so an answer without all of it is no answer.
    if (body === undefined) return { failure: NO_ANSWER[aborted ? "aborted" : "timeout"] };
    const { success, output } = v.safeParse(trackedSchema, parseJson(body));
    if (!success) return { failure: STRANGE };
    const { token, expiresAt } = output;
    return { result: { ...(token !== undefined && { token }), expiresAt } };
  }
  const failure = BY_STATUS[status] ?? interpretResponse(status, true);
  if (typeof failure === "string") return { failure: STRANGE };
  return { failure: failure[0] === "rejected" ? explainRejected(body) : failure };
}

/** Names fields alone: other text of an answer may repeat a number. */
function explainRejected(body = ""): Failure {
  const { success, output } = v.safeParse(refusedSchema, parseJson(body));
  const refused = success ? output.errors.map(({ parameter }) => parameter) : [];
  const fields = Object.keys(sentMessageSchema.entries).filter((name) => refused.includes(name));
  const named = fields.length > 0 ? fields.join(", ") : "the message";
  return ["rejected", `the Worker refused ${named}; compare with the rules of SentMessage`];
}
