// Some countries demand that senders and texts are registered first. India's register (DLT) has an id for the sender's
// company and one for each text; carriers drop texts that do not match.

import * as v from "valibot";
import { objectOf, required } from "../../shared/validation.ts";
import type { Parameter } from "../../wire/parameters.ts";
import { byCountry } from "./by-country.ts";
import { registeredId } from "./templates.ts";

/** A country's registration of a sender and its text. */
export interface Registration {
  /** The company's id, sent as `entity-id`. */
  readonly entityId: string;
  /** The text's id, sent as `content-id` unless the text has an id of its own. */
  readonly contentId?: string;
}

/**
 * Registrations by ISO 3166 alpha-2 code.
 *
 * @example
 * const registrations: Registrations = { IN: { entityId: "1101456324675322134", contentId: "1107457532145798767" } };
 */
export type Registrations = Readonly<Record<string, Registration>>;

/** The rules of {@link Registrations}. */
export const registrationsSchema = byCountry(
  objectOf({ entityId: required(registeredId), contentId: v.optional(registeredId) }),
  "must be an object of registrations by country",
);

/** The parameters for a text to a country: none without a registration. */
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
