// The pages of docs/reference that `npm run docs:reference` writes from the code. test/package/reference.test.ts compares.

import { PROBLEMS } from "../../../adapters/http/problems.ts";
import { readInterface, readTable, readUnion } from "./documented.ts";

const OPTIONS: readonly (readonly [heading: string, intro: string, tables: readonly Table[]])[] = [
  [
    "createConversionClient",
    "From `vonage-conversion`: reports outcomes, to Vonage or to your Worker.",
    [
      ["src/client/options.ts", "DirectOptions", "Straight to Vonage, from a backend that holds the secret"],
      ["src/client/options.ts", "TokenOptions", "To the Worker with a report token, from a page or an app"],
      ["src/client/options.ts", "KeyOptions", "To the Worker with a proxy key, from a server"],
      ["src/client/options.ts", "SharedOptions", "All three take these"],
      ["src/client/retry.ts", "RetryOptions", "Fields of `retry`"],
    ],
  ],
  [
    "createTwoFactorClient",
    "From `vonage-conversion/two-factor`: sends and checks codes through your Worker.",
    [
      ["src/two-factor/client/options.ts", "TwoFactorClientOptions", "The client"],
      ["src/two-factor/request.ts", "StartRequest", "`start(request)`"],
      ["src/two-factor/request.ts", "ResendRequest", "`resend(id, request)`"],
      ["src/two-factor/client/client.ts", "KeyedCallOptions", "Options of `start`, `check` and `resend`"],
    ],
  ],
  [
    "createTrackingClient",
    "From `vonage-conversion/track`: tells the Worker of messages that you send yourself.",
    [
      ["src/track/options.ts", "TrackingClientOptions", "The client"],
      ["src/track/sent-message.ts", "SentMessage", "`track(message)`"],
      ["src/track/sent-facts.ts", "SentFacts", "For [Insight](../insight.md), a message may also have"],
    ],
  ],
];

/** A default that could stand in code, as opposed to words. */
const LITERAL = /^("[^"]*"|[\d_]+|\{.*\}|false|globalThis\.fetch)$/;

type Table = readonly [file: string, name: string, title: string];

const formatInterface = ([file, name, title]: Table): string =>
  [
    `**${title}:**`,
    "",
    "| option | default | meaning |",
    "| --- | --- | --- |",
    ...readInterface(file, name).map(({ name: option, isOptional, text, default: value }) => {
      const fallback = value ?? (isOptional ? "none" : "required");
      const shown = LITERAL.test(fallback) ? `\`${fallback}\`` : fallback;
      return `| \`${option}\` | ${cell(shown)} | ${cell(text)} |`;
    }),
  ].join("\n");

const cell = (text: string): string => text.replace(/(?<!\\)\|/g, "\\|");

const options = [
  "# Options",
  "Written by `npm run docs:reference` from the code. Durations are in milliseconds unless a name or text says otherwise.",
  ...OPTIONS.flatMap(([heading, intro, tables]) => [`## ${heading}`, intro, ...tables.map(formatInterface)]),
];

const errors = [
  "# Error codes",
  "Written by `npm run docs:reference` from the code. An error's `code` never changes; its message may. No message, stack or JSON form contains a secret, a code, a number, a message id or text from Vonage, so errors are safe to log.",
  "## ConversionError",
  "Thrown by the clients of `vonage-conversion` and `vonage-conversion/track`, and by report tokens. `isConversionError(error)` recognises it. `retryable` says if the same call may succeed later; `attempts` counts the requests; `retryAfter` is in milliseconds.",
  readTable("src/client/errors.ts", "ConversionErrorCode"),
  "## TwoFactorError",
  "Thrown by the client of `vonage-conversion/two-factor`; `isTwoFactorError(error)` recognises it. A wrong code is no error: `check` resolves to `{ verified: false, reason, attemptsLeft }`, with one of the [reasons](#reasons-of-a-check).",
  formatUnion("src/two-factor/client/error-codes.ts", "TwoFactorErrorCode"),
  "### Reasons of a check",
  formatUnion("src/two-factor/refusal.ts", "NotVerified", "reason"),
  "## SendError",
  "Thrown by senders: the built-in ones, and [your own](../two-factor.md#write-a-sender).",
  formatUnion("src/two-factor/senders/send-error.ts", "SendErrorCode"),
  "## WebhookError",
  "Thrown by `vonage-conversion/webhooks`; `isWebhookError(error)` recognises it.",
  readTable("src/webhooks/errors.ts", "WebhookErrorCode"),
];

function formatUnion(file: string, name: string, head = "code"): string {
  const rows = readUnion(file, name).map(([member, text]) => {
    const retryable = text.startsWith("Retryable. ");
    const meaning = text.replace("Retryable. ", "");
    return head === "code"
      ? `| \`${member}\` | ${cell(meaning)} | ${retryable ? "yes" : "no"} |`
      : `| \`${member}\` | ${cell(meaning)} |`;
  });
  const heads = head === "code" ? [head, "meaning", "retryable"] : [head, "meaning"];
  return [`| ${heads.join(" | ")} |`, `|${" --- |".repeat(heads.length)}`, ...rows].join("\n");
}

const problems = [
  "# Problems of the HTTP interface",
  "Written by `npm run docs:reference` from the code. Every error is a problem document (RFC 9457): `type` is `urn:problem:vonage-conversion:` and a name of this table, which never changes; `title` and `detail` may. `errors` lists each wrong parameter, `Retry-After` gives a wait in seconds, and `X-Request-Id` is in the log too.",
  '```json\n{"type":"urn:problem:vonage-conversion:code-wrong","title":"The code is wrong","status":422,"detail":"…","attemptsLeft":4}\n```',
  "[openapi.yaml](../openapi.yaml) says which call has which problems. [What success looks like](../reporting.md#answers-of-the-worker) for reports; [the calls of the workflow](../two-factor.md#the-calls) for codes.",
  [
    "| name | status | title | what to do |",
    "| --- | --- | --- | --- |",
    ...Object.entries(PROBLEMS).map(
      ([name, [status, title, detail]]) => `| \`${name}\` | ${status} | ${cell(title)} | ${cell(detail)} |`,
    ),
  ].join("\n"),
];

const page = (parts: readonly string[]): string => `${parts.join("\n\n")}\n`;

export const PAGES: Readonly<Record<string, string>> = {
  "docs/reference/options.md": page(options),
  "docs/reference/errors.md": page(errors),
  "docs/reference/problems.md": page(problems),
};
