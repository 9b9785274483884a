// POST /v1/calls of the Voice API, for calls that speak a text and hang up.

import * as v from "valibot";
import { readBoundedText } from "../shared/bounded-text.ts";
import { field, findFaults, integer, objectOf, oneOf, required, text } from "../shared/validation.ts";
import type { Parameters } from "../wire/parameters.ts";
import { MAX_REQUEST_BODY_BYTES } from "../wire/request-parameters.ts";
import type { Circumstances, VonageAnswer } from "./answer.ts";
import { SANDBOX_APPLICATION } from "./application.ts";
import type { Carrier } from "./carrier.ts";
import { flag } from "./fields.ts";
import { speak } from "./ssml.ts";
import { isWebhookUrl } from "./webhook-settings.ts";

const aPhone = {
  type: required(oneOf(["phone"])),
  number: required(text("7 to 15 digits without +", /^[1-9]\d{6,14}$/)),
};
/** The phone to call, with the keys to press and the identity to show. The sandbox ignores the last two. */
const aCallee = {
  ...aPhone,
  dtmfAnswer: v.optional(text("digits, *, # and p", /^[\d*#p]{1,50}$/)),
  shaken: v.optional(text("a SHAKEN identity of up to 4000 characters", /^[\x21-\x7e ]{1,4000}$/)),
};
/** The SDK for PHP writes numbers and flags as text. */
const number = (least: number, most: number) =>
  v.pipe(
    v.unknown(),
    v.transform((value) =>
      typeof value === "string" && /^-?\d{1,5}(\.\d{1,9})?$/.test(value) ? Number(value) : value,
    ),
    integer(least, most),
  );
const aFlagOrText = v.optional(
  field<boolean | string>(
    "true or false (a boolean)",
    (value) => typeof value === "boolean" || value === "true" || value === "false",
  ),
);

/** A talk action. Vonage limits the length of the spoken text, without tags. */
const talkSchema = objectOf({
  action: required(oneOf(["talk"])),
  text: v.pipe(
    required(text("1 to 8000 characters, not blank", /^(?=.*\S).{1,8000}$/su)),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const spoken = speak(dataset.value);
      if ("fault" in spoken) {
        addIssue({ message: spoken.fault });
        return NEVER;
      }
      return spoken.heard;
    }),
    v.check((heard) => heard.length <= 1500, "must be up to 1500 characters, not counting tags"),
  ),
  language: v.optional(text("a language such as en-GB", /^[a-z]{2,3}(-[A-Z]{2}(-[A-Z]{3})?)?$/)),
  style: v.optional(number(0, 100)),
  premium: aFlagOrText,
  bargeIn: aFlagOrText,
  loop: v.optional(number(0, 100), 1),
  level: v.optional(
    field<number | string>("from -1 to 1", (value) => value !== "" && Math.abs(Number(value)) <= 1),
  ),
});

const callSchema = v.pipe(
  objectOf({
    to: required(v.pipe(v.array(objectOf(aCallee), "must be a list of one phone"), exactlyOne("phone"))),
    from: v.optional(objectOf(aPhone)),
    random_from_number: v.optional(flag),
    ncco: required(
      v.pipe(v.array(talkSchema, "must be a list of one talk action"), exactlyOne("talk action")),
    ),
    event_url: v.optional(
      v.pipe(
        v.array(field<string>("an http or https URL", isWebhookUrl), "must be a list of one URL"),
        exactlyOne("URL"),
      ),
    ),
    event_method: v.optional(oneOf<"GET" | "POST">(["GET", "POST"])),
    // The SDKs for Java and .NET may send it with an `ncco`, although it belongs to `answer_url`.
    answer_method: v.optional(oneOf(["GET", "POST"])),
    machine_detection: v.optional(oneOf(["continue", "hangup"])),
    advanced_machine_detection: v.optional(
      objectOf({
        behavior: v.optional(oneOf(["continue", "hangup"])),
        mode: v.optional(oneOf(["default", "detect", "detect_beep"])),
        beep_timeout: v.optional(number(45, 120)),
      }),
    ),
    length_timer: v.optional(number(1, 7200)),
    ringing_timer: v.optional(number(1, 120)),
  }),
  v.check(
    ({ from, random_from_number }) => (from === undefined) === (random_from_number === true),
    "must hold exactly one of from and random_from_number: true",
  ),
);

/** Seconds that a call rings by default. */
const RINGING_S = 60;

/** The caller's number if a request asks for any of the application's numbers. */
const RANDOM_NUMBER = "12025550100";

/**
 * Authenticates and strictly validates a request, then answers it.
 *
 * @param checkToken Made by `createApplicationTokenCheck`.
 */
export async function answerCall(
  request: Request,
  checkToken: (authorization: string | null, now: number) => Promise<string | undefined>,
  carrier: Carrier,
  { refuse, now }: Circumstances,
): Promise<VonageAnswer> {
  const content = await readBoundedText(request, MAX_REQUEST_BODY_BYTES).catch(() => undefined);
  const body = parseBody(content);
  const parameters = toParameters(body);
  const decline = (status: number, title: string, detail: string, more: object = {}): VonageAnswer => {
    const problem = { type: "about:blank", title, detail, instance: crypto.randomUUID(), ...more };
    const headers = { "content-type": "application/problem+json" };
    return { response: Response.json(problem, { status, headers }), parameters, note: detail };
  };
  const unauthorized = await checkToken(request.headers.get("authorization"), now);
  if (unauthorized !== undefined) return decline(401, "Unauthorized", unauthorized);
  const refusal = refuse(SANDBOX_APPLICATION.apiKey);
  if (refusal !== undefined) return { response: refusal.response, parameters };
  if (!/^application\/json *(;|$)/i.test(request.headers.get("content-type") ?? "")) {
    return decline(415, "Unsupported Media Type", "The body must be declared application/json.");
  }
  const { output, faults } = findFaults(callSchema, body);
  if (faults !== undefined) {
    const invalid = faults.map(({ field, rule }) => ({ name: field, reason: rule }));
    const detail = invalid.map(({ name, reason }) => `${name} ${reason}`).join("; ");
    return decline(400, "Bad Request", detail, { invalid_parameters: invalid });
  }
  const [uuid, conversation] = [crypto.randomUUID(), crypto.randomUUID()];
  const [{ number } = { number: "" }] = output.to;
  const [talk] = output.ncco;
  const [eventUrl] = output.event_url ?? [];
  return {
    response: Response.json(
      { uuid, status: "started", direction: "outbound", conversation_uuid: `CON-${conversation}` },
      { status: 201 },
    ),
    effect: () =>
      carrier.ring(
        {
          uuid,
          conversation: `CON-${conversation}`,
          ringingTimer: (output.ringing_timer ?? RINGING_S) * 1000,
          target:
            eventUrl === undefined ? undefined : { url: eventUrl, method: output.event_method ?? "POST" },
          number,
          from: output.from?.number ?? RANDOM_NUMBER,
          heard: talk?.text ?? "",
          language: talk?.language,
          loop: talk?.loop ?? 1,
        },
        carrier.route("voice", number),
      ),
    parameters,
    messageIds: [uuid],
  };
}

function exactlyOne<T>(what: string) {
  return v.check<T[], string>((list) => list.length === 1, `must be a list of one ${what}`);
}

function parseBody(content: string | undefined): unknown {
  try {
    return JSON.parse(content ?? "");
  } catch {
    return undefined;
  }
}

/** Turns the body's fields into text for the log, nested values into JSON. */
function toParameters(body: unknown): Parameters {
  const fields = typeof body === "object" && body !== null ? Object.entries(body) : [];
  return new Map(
    fields.map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}
