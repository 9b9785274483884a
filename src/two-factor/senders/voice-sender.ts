import * as v from "valibot";
import { DEFAULT_BASE_URL } from "../../client/base-url.ts";
import { JSON_HEADERS } from "../../shared/json-headers.ts";
import { objectOf, required, text, validate } from "../../shared/validation.ts";
import { messageIdSchema } from "../../wire/report.ts";
import { createApplicationToken } from "./application-token.ts";
import { createPost } from "./post-code.ts";
import { readPrivateKey } from "./private-key.ts";
import { type SendOutcome, UNREADABLE_SUCCESS } from "./send-outcome.ts";
import type { CodeMessage, CodeSender } from "./sender.ts";
import { REAL_CLOCK, type SenderClock } from "./sender-clock.ts";
import { type SharedSenderOptions, senderEntries } from "./sender-options.ts";
import { formatSpokenText } from "./spoken.ts";
import { toMinutes } from "./texts.ts";

export interface VoiceSenderOptions extends SharedSenderOptions {
  /**
   * The id of your application at Vonage, with voice enabled: a UUID.
   *
   * @example
   * createVoiceSender({ applicationId: "78d335fa-323d-0114-9c3d-d6f0d48968cf", privateKey, from: "12015550100" });
   */
  readonly applicationId: string;
  /**
   * The application's private key, RSA with at least 2048 bits: PKCS8 (`-----BEGIN PRIVATE KEY-----`) or PKCS1
   * (`-----BEGIN RSA PRIVATE KEY-----`) in PEM. The forms common in environment variables work too: in quotes, with
   * escaped line breaks (`\n`), as a whole in base64, or without the first and last line.
   *
   * @example
   * createVoiceSender({ applicationId, privateKey: env.VOICE_PRIVATE_KEY, from: "12015550100" });
   *
   * @example
   * // From the file that Vonage's dashboard gave you.
   * const privateKey = await readFile("private.key", "utf8");
   * createVoiceSender({ applicationId, privateKey, from: "12015550100" });
   */
  readonly privateKey: string;
  /**
   * The calling number: one of your Vonage numbers, as E.164 digits.
   *
   * @example
   * createVoiceSender({ applicationId, privateKey, from: "12015550100" });
   */
  readonly from: string;
  /**
   * The Voice API's base URL: https, or http to localhost. Change it for a regional host or for the sandbox.
   *
   * @default "https://api.nexmo.com"
   *
   * @example
   * createVoiceSender({ applicationId, privateKey, from, baseUrl: "http://localhost:8788" });
   */
  readonly baseUrl?: string;
  /**
   * The language of every call, a BCP 47 tag. It overrides the user's locale.
   *
   * @default the user's locale
   *
   * @example
   * createVoiceSender({ applicationId, privateKey, from: "12015550100", language: "es-MX" });
   */
  readonly language?: string;
}

const PATH = "/v1/calls";

/** Vonage's default limit for an application; higher on request. */
const CALLS_PER_SECOND = 3;

/** The code is read out this often: the user may need to find a pen. */
const TIMES_SAID = 3;

const optionsSchema = objectOf({
  ...senderEntries(DEFAULT_BASE_URL),
  applicationId: required(text("a UUID", /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i)),
  privateKey: v.pipe(
    required(text("a private key, PKCS8 in PEM (-----BEGIN PRIVATE KEY-----)", /^.{1,20000}$/s)),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const read = readPrivateKey(dataset.value);
      if ("pkcs8" in read) return read.pkcs8;
      addIssue({ message: read.fault });
      return NEVER;
    }),
  ),
  from: required(text("7 to 15 digits, country code first", /^[1-9]\d{6,14}$/)),
  language: v.optional(text("a BCP 47 tag", /^[A-Za-z]{2,3}([-_][A-Za-z\d]{2,8}){0,3}$/)),
});

const replySchema = v.pipe(v.string(), v.parseJson(), v.object({ uuid: messageIdSchema }));

/**
 * Creates a sender of codes by phone call (Voice API, `POST /v1/calls`): the digits are read out one by one, in the
 * user's language. The call's `uuid` is its message id.
 *
 * @example
 * const sender = createVoiceSender({ applicationId, privateKey, from: "12015550100" });
 *
 * @throws {ConversionError} `invalid_options`, naming every field at fault, and how to fix an unusable private key. A
 * damaged key may show only at its first use: then `send` rejects, and nothing is sent.
 */
export function createVoiceSender(options: VoiceSenderOptions): CodeSender {
  return createVoiceSenderOn(REAL_CLOCK, options);
}

/**
 * The same on another clock.
 *
 * @throws {ConversionError} `invalid_options`.
 */
export function createVoiceSenderOn(clock: SenderClock, options: VoiceSenderOptions): CodeSender {
  const { applicationId, privateKey, from, language, ...shared } = validate(
    optionsSchema,
    options,
    "invalid_options",
  );
  const makeToken = createApplicationToken(applicationId, privateKey);
  const post = createPost(shared, readReply, CALLS_PER_SECOND, clock);
  return Object.freeze({
    channel: "voice",
    findFault: () =>
      makeToken(clock.now()).then(
        () => undefined,
        () => "VOICE_PRIVATE_KEY is not a readable RSA private key of at least 2048 bits",
      ),
    send: (message: CodeMessage) => {
      const body = JSON.stringify(toCall(message, from, language ?? message.locale));
      return post(PATH, async (now) => ({
        path: PATH,
        headers: {
          authorization: `Bearer ${await makeToken(now)}`,
          accept: "application/json",
          ...JSON_HEADERS,
        },
        body,
      }));
    },
  });
}

function toCall({ to, code, brand, lifetime }: CodeMessage, from: string, locale: string): object {
  const spoken = formatSpokenText(locale, { code, brand, minutes: toMinutes(lifetime) });
  return {
    to: [{ type: "phone", number: to }],
    from: { type: "phone", number: from },
    ncco: [{ action: "talk", ...spoken, loop: TIMES_SAID }],
  };
}

function readReply(body: string): SendOutcome {
  const { success, output } = v.safeParse(replySchema, body);
  return success ? { messageIds: [output.uuid] } : UNREADABLE_SUCCESS;
}
