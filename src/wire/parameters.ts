// The parameters of a request, whether they came in its query, a form or JSON, and their faults.

export type Parameter = [name: string, value: string];
export type Parameters = ReadonlyMap<string, string>;

/** A fault of one parameter. `parameter` is "" if the fault concerns the whole text. */
export interface ParameterFault {
  readonly parameter: string;
  readonly detail: string;
}

/** The parameters of a request that could be read, and all faults. Of repeated values the first counts. */
export interface DecodedParameters {
  readonly parameters: Parameters;
  readonly faults: readonly ParameterFault[];
  /**
   * Set if names, or the whole body, could not be read: a parameter that seems to be missing may be there.
   *
   * @default everything was read
   */
  readonly unread?: "names" | "body" | undefined;
}

/** The parameters of an empty text. */
export const NO_PARAMETERS: DecodedParameters = { parameters: new Map(), faults: [] };

/** Collects parameters. A repeated name is a fault. */
export function collectParameters(
  entries: readonly Parameter[],
  faults: readonly ParameterFault[],
): DecodedParameters {
  const parameters = new Map<string, string>();
  const repeated: string[] = [];
  for (const [name, value] of entries) {
    if (parameters.has(name)) repeated.push(name);
    else parameters.set(name, value);
  }
  if (repeated.length === 0) return { parameters, faults };
  return { parameters, faults: [...faults, ...[...new Set(repeated)].map(toRepeated)] };
}

/** A repeated name that cannot be shown is a fault of the whole text. */
const toRepeated = (name: string) =>
  isPlain(name)
    ? toParameterFault(name, "is given more than once")
    : { parameter: "", detail: "a name is given more than once" };

/** Merges the parameters of query and body; a name in both counts as repeated. */
export function mergeParameters(query: DecodedParameters, body: DecodedParameters): DecodedParameters {
  if (query === NO_PARAMETERS) return body;
  const all = collectParameters([...query.parameters, ...body.parameters], [...query.faults, ...body.faults]);
  return { ...all, unread: body.unread ?? query.unread };
}

/** Tells whether a parameter could not be decoded, so that decoding has already reported its fault. */
export function isUnread({ parameters, faults, unread }: DecodedParameters, name: string): boolean {
  return !parameters.has(name) && (!!unread || faults.some(({ parameter }) => parameter === name));
}

/**
 * A fault of the parameter `name`. Names come from outside, so only short and plain ones are shown.
 */
export function toParameterFault(name: string, detail: string): ParameterFault {
  return { parameter: isPlain(name) ? name : "(unprintable)", detail };
}

const isPlain = (name: string) => /^[\w.-]{1,40}$/.test(name);
