// Lists the settings that a Worker lacks, and the commands that set them.

import type { Problem } from "./answers.ts";

/** Formats a line for each missing or invalid setting, and for each variable that looks like a misspelt one. */
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

/** @param names One setting, or alternatives: `A or B`. */
function formatAdvice(names: string): string {
  const [name = "", ...others] = names.split(" or ");
  // The line may be copied into a shell, so it contains only names of settings.
  if (![name, ...others].every((one) => /^[A-Z][A-Z0-9_]*$/.test(one))) return "";
  if (!isSecret(name)) return ": see wrangler.toml";
  return `: npx wrangler secret put ${name}${others.map((other) => `, or ${other}`).join("")}`;
}

const isSecret = (name: string) =>
  /(KEY|KEYS|SECRET|SECRETS|METHOD)(_2FA|_OTHER)?$/.test(name) && !/^(RATE_LIMIT|BRAKE)_/.test(name);
