/** By lower-case BCP 47 tag; English, to fall back on, is always there. */
export type ByLocale<T> = Readonly<Record<string, T>> & { readonly en: T };

/**
 * A tag in lower case, then with its last subtags left out: `pt-br`, then `pt`. Norwegians write `nb`, their phones
 * often `no`: that is the same here.
 */
export function toTags(locale: string): readonly string[] {
  const subtags = locale
    .toLowerCase()
    .replace(/^no(?![a-z])/, "nb")
    .split(/[-_]/);
  return subtags.map((_, index) => subtags.slice(0, subtags.length - index).join("-"));
}

/** What stands under the first of a tag's forms that the table has, else under `en`. */
export function pickByLocale<T>(table: ByLocale<T>, locale: string): T {
  for (const tag of toTags(locale)) {
    const found = Object.hasOwn(table, tag) ? table[tag] : undefined;
    if (found !== undefined) return found;
  }
  return table.en;
}
