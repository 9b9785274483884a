// Asks for what differs from project to project.

import { UsageError } from "../usage-error.ts";
import type { Project } from "./project.ts";

/** The answers that flags gave already. */
export type Answers = { readonly [K in "name" | "brand" | "countries" | "smsFrom"]?: string | undefined };

interface Question {
  readonly option: string;
  readonly text: string;
  readonly rule: string;
  readonly pattern: RegExp;
}

const QUESTIONS = {
  name: {
    option: "--name",
    text: "Name of the Worker",
    rule: "must be 1 to 63 lower-case letters, digits and dashes",
    pattern: /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
  },
  brand: {
    option: "--brand",
    text: "Name that your users know you by",
    rule: "must be 1 to 30 characters",
    pattern: /^[^\p{Cc}"\\]{1,30}$/u,
  },
  countries: {
    option: "--countries",
    text: "Countries that get codes (ISO 3166, such as GB US)",
    rule: "must be country codes such as GB US DE, or *",
    pattern: /^(?:\*|[A-Z]{2})(?:[ ,]+-?[A-Z]{2})*$/,
  },
  smsFrom: {
    option: "--sms-from",
    text: "Sender of text messages: a number of yours, or up to 11 letters and digits",
    rule: "must be a number in digits, or up to 11 letters and digits",
    pattern: /^(?:[1-9]\d{2,14}|[A-Za-z0-9]{1,11})$/,
  },
} as const satisfies Readonly<Record<keyof Answers, Question>>;

/**
 * Completes the answers: by options, by asking, else by defaults.
 *
 * @param ask `undefined`: nothing is asked.
 * @throws {UsageError} if an option has an invalid value.
 */
export async function askForProject(
  given: Answers & { readonly name: string },
  ask: ((question: string) => Promise<string>) | undefined,
): Promise<Omit<Project, "port">> {
  const answer = async (key: keyof Answers, fallback: string): Promise<string> => {
    const { option, text, rule, pattern }: Question = QUESTIONS[key];
    const value = given[key];
    if (value !== undefined) {
      if (!pattern.test(value)) throw new UsageError(`${option} ${rule}.`, "init");
      return value;
    }
    if (ask === undefined) return fallback;
    for (;;) {
      const typed = (await ask(`${text} [${fallback}]: `)).trim() || fallback;
      if (pattern.test(typed)) return typed;
    }
  };
  const name = await answer("name", given.name);
  const brand = await answer("brand", "Acme");
  const countries = await answer("countries", findCountry());
  const smsFrom = await answer("smsFrom", brand.replace(/[^A-Za-z0-9]/g, "").slice(0, 11) || "Acme");
  return { name, brand, countries, smsFrom };
}

/** The country of this machine's locale: codes to more countries than needed cost money. */
function findCountry(): string {
  const { locale } = new Intl.DateTimeFormat().resolvedOptions();
  return new Intl.Locale(locale).maximize().region ?? "US";
}
