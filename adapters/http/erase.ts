// `POST /erase`: removes everything stored about a phone number.

import { JSON_HEADERS } from "../../src/shared/json-headers.ts";
import { objectOf, required, text } from "../../src/shared/validation.ts";
import { readParameters } from "../../src/wire/request-parameters.ts";
import { authenticateAdmin } from "./authentication.ts";
import type { HandlerContext } from "./context.ts";
import { readFields } from "./fields.ts";
import type { HandlerConfig } from "./options.ts";
import type { Erase } from "./ports/erase.ts";
import { type Answer, problem } from "./problem.ts";
import { answerUnreadable } from "./unreadable-body.ts";

/** The rules of what is erased. */
export const eraseSchema = objectOf({
  // Looser than the numbering plans: the number may have been stored when a plan still had it.
  to: required(text("a phone number in E.164: country code first, 7 to 15 digits", /^\+?[1-9]\d{6,14}$/)),
});

/** Phone numbers must not get into logs, and URLs do. */
const NUMBER_IN_URL = { parameter: "to", detail: "must not be in the URL; send it in the body" };

/** Makes the route, which requires an admin key. Without the workflow there is no `erase`. */
export function createEraser(config: HandlerConfig, erase: Erase | undefined) {
  return async (request: Request, context: HandlerContext): Promise<Answer> => {
    const admin = await authenticateAdmin(request, config, context);
    if (typeof admin !== "string") return admin;
    const seen = { caller: `admin:${admin}` };
    if (erase === undefined) return problem("no-two-factor", {}, {}, seen);
    if (new URL(request.url).search !== "") {
      return problem("invalid-parameters", { errors: [NUMBER_IN_URL] }, {}, seen);
    }
    const decoded = await readParameters(request, context.lengthHolds);
    if (typeof decoded === "string") {
      const { log, ...answer } = answerUnreadable(decoded);
      return { ...answer, log: { ...seen, ...log } };
    }
    const { output, errors = [] } = readFields(decoded, eraseSchema);
    if (output === undefined) return problem("invalid-parameters", { errors }, {}, seen);
    const erased = await erase(output.to.replace("+", ""));
    return {
      status: 200,
      headers: JSON_HEADERS,
      body: JSON.stringify(erased),
      log: { ...seen, outcome: "erased" },
    };
  };
}
