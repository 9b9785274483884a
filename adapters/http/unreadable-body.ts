import type { Unreadable } from "../../src/wire/request-parameters.ts";
import { type Answer, type ProblemName, problem } from "./problem.ts";

const UNREADABLE: Readonly<Record<Exclude<Unreadable, "consumed">, ProblemName>> = {
  malformed: "malformed-body",
  too_large: "body-too-large",
  unsupported_type: "unsupported-media-type",
};

/** The answer to a request whose body cannot be read. */
export function answerUnreadable(why: Unreadable): Answer {
  if (why !== "consumed") return problem(UNREADABLE[why]);
  const detail = "The server had already read the body of this request; its operator has to act.";
  const hint =
    "the body was read before the handler got the request: hand it request.clone(), or the request unread";
  return problem("internal", { detail }, {}, { level: "error", hint });
}
