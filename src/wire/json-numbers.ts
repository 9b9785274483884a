// JSON.parse loses the spelling of numbers: 1.0 becomes 1, 0.03330000 becomes 0.0333, long ids lose digits. Signatures
// cover the spelling.

/** Matches strings, brackets, separators, and the rest: numbers and the three literals. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs;

/**
 * Returns the numbers among an object's own members, by name, as written.
 *
 * @param json Text that `JSON.parse` accepts as an object.
 */
export function readWrittenNumbers(json: string): ReadonlyMap<string, string> {
  const numbers = new Map<string, string>();
  let depth = 0;
  let [name, previous] = ["", ""];
  for (const [token] of json.matchAll(TOKEN)) {
    if (/^[{[]/.test(token)) depth++;
    else if (/^[}\]]/.test(token)) depth--;
    else if (depth === 1 && token === ":") name = JSON.parse(previous);
    else if (depth === 1 && previous === ":" && /^[-\d]/.test(token)) numbers.set(name, token);
    previous = token;
  }
  return numbers;
}
