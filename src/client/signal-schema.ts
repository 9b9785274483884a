import * as v from "valibot";
import { field } from "../shared/validation.ts";

/** Accepts signals of other realms (jsdom) and of polyfills too: the client only listens to them. */
export const signalSchema = v.optional(
  field<AbortSignal>("an AbortSignal", (value) => {
    const { aborted, removeEventListener } = Object(value);
    return typeof aborted === "boolean" && typeof removeEventListener === "function";
  }),
);
