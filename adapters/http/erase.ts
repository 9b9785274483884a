// `POST /erase`: removes everything stored about a phone number.

import { objectOf, required, text } from "../../src/shared/validation.ts";
import { readParameters } from "../../src/wire/request-parameters.ts";
import { type Answer, answerJson } from "./answer.ts";
import { authenticateAdmin } from "./authentication.ts";
import type { HandlerContext } from "./context.ts";
import { readFields } from "./fields.ts";
import type { HandlerConfig } from "./options.ts";
import type { Erase } from "./ports/erase.ts";
import { answerRefusal } from "./refusal-problem.ts";

/** The rules of the request. */
export const eraseSchema = objectOf({
  // Looser than the numbering plans: the number may have been stored when a plan still had it.
  to: required(text("a phone number in E.164: country code first, 7 to 15 digits", /^\+?[1-9]\d{6,14}$/)),
});

/** Phone numbers must not get into logs, and URLs do. */
const NUMBER_IN_URL = { parameter: "to", detail: "must not be in the URL; send it in the body" };

/** Makes the route, which requires an admin key. Without the workflow there is no `erase`. */
export function createEraser(config: HandlerConfig, erase: Erase | undefined) {
  return async (request: Request, context: HandlerContext): Promise<Answer> => {
    const seen = await authenticateAdmin(request, config, context);
    if ("status" in seen) return seen;
    if (erase === undefined) return answerRefusal({ reason: "no_two_factor" }, undefined, seen);
    if (new URL(request.url).search !== "") {
      return answerRefusal({ reason: "invalid_parameters", errors: [NUMBER_IN_URL] }, undefined, seen);
    }
    const decoded = await readParameters(request, context.lengthHolds);
    if (typeof decoded === "string") {
      return answerRefusal({ reason: "unreadable_body", why: decoded }, undefined, seen);
    }
    const { output, errors = [] } = readFields(decoded, eraseSchema, [], new Set());
    if (output === undefined) return answerRefusal({ reason: "invalid_parameters", errors }, undefined, seen);
    const erased = await erase(output.to.replace("+", ""));
    return answerJson(200, erased, { ...seen, outcome: "erased" });
  };
}
