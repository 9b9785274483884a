/**
 * Formats a file of settings: `NAME="value"`.
 *
 * @param comment Lines, without their signs.
 */
export function formatEnvFile(
  comment: readonly string[],
  settings: Readonly<Record<string, string>>,
): string {
  const lines = Object.entries(settings).map(([name, value]) => `${name}="${value.replaceAll("\n", "\\n")}"`);
  return [...comment.map((line) => `# ${line}`), ...lines, ""].join("\n");
}
