// What a Worker that is not configured completely lacks, and how to mend it.

import type { Problem } from "./answers.ts";

/** One line for each setting that is missing or wrong, and for each variable that looks like one. */
export function formatMissing({
  missing,
  invalid,
  notes = [],
}: Pick<Problem, "missing" | "invalid" | "notes">): string[] {
  return [
    ...missing.map((names) => `  ${names} is missing${formatAdvice(names)}`),
    ...invalid.map(({ name, detail }) => `  ${name} ${detail}${formatAdvice(name)}`),
    ...notes.map(({ name, detail }) => `  ${name} ${detail}`),
  ];
}

/** @param names One setting, or several of which one is enough: `A or B`. */
function formatAdvice(names: string): string {
  const [name = "", ...others] = names.split(" or ");
  // A line to be copied into a shell holds nothing else.
  if (![name, ...others].every((one) => /^[A-Z][A-Z0-9_]*$/.test(one))) return "";
  if (!isSecret(name)) return ": see wrangler.toml";
  return `: npx wrangler secret put ${name}${others.map((other) => `, or ${other}`).join("")}`;
}

const isSecret = (name: string) =>
  /(KEY|KEYS|SECRET|SECRETS|METHOD)(_2FA|_OTHER)?$/.test(name) && !/^(RATE_LIMIT|BRAKE)_/.test(name);
