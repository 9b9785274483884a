/** `engines` of package.json. npm only warns about it. */
const LEAST = [20, 19] as const;

/** Ends this process if Node is too old. */
export function checkNode(version: string): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])) return;
  process.stderr.write(`vonage-conversion needs Node ${LEAST.join(".")} or later; this is ${version}.\n`);
  process.exit(1);
}
