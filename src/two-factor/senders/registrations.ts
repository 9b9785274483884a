// What some countries' registers give out before a text may be sent there. India's (DLT) has an id for the sender's
// company and one for each text; carriers drop what does not match.

import * as v from "valibot";
import { objectOf, required } from "../../shared/validation.ts";
import type { Parameter } from "../../wire/parameters.ts";
import { byCountry } from "./by-country.ts";
import { registeredId } from "./templates.ts";

/** A country's registration of a sender and its text. */
export interface Registration {
  /** The company's id: goes to Vonage as `entity-id`. */
  readonly entityId: string;
  /** The text's id: goes to Vonage as `content-id`, unless the text that is sent has an id of its own. */
  readonly contentId?: string;
}

/** By ISO 3166 alpha-2 code. */
export type Registrations = Readonly<Record<string, Registration>>;

/** The rules of {@link Registrations}. */
export const registrationsSchema = byCountry(
  objectOf({ entityId: required(registeredId), contentId: v.optional(registeredId) }),
  "must be an object of registrations by country",
);

/** The parameters of a text to a country: none where nothing is registered. */
export function toRegistration(
  registrations: v.InferOutput<typeof registrationsSchema>,
  country: string | undefined,
  contentOfText: string | undefined,
): readonly Parameter[] {
  const isRegistered = country !== undefined && Object.hasOwn(registrations, country);
  const found = isRegistered ? registrations[country] : undefined;
  const contentId = contentOfText ?? found?.contentId;
  const parameters: Parameter[] = [];
  if (found !== undefined) parameters.push(["entity-id", found.entityId]);
  if (contentId !== undefined) parameters.push(["content-id", contentId]);
  return parameters;
}
