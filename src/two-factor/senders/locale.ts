/** Values by lower-case BCP 47 tag, with English as the fallback. */
export type ByLocale<T> = Readonly<Record<string, T>> & { readonly en: T };

/** A tag in lower case, then without its last subtags: `pt-br`, then `pt`. Norwegian's `no` counts as `nb`. */
export function toTags(locale: string): readonly string[] {
  const subtags = locale
    .toLowerCase()
    .replace(/^no(?![a-z])/, "nb")
    .split(/[-_]/);
  return subtags.map((_, index) => subtags.slice(0, subtags.length - index).join("-"));
}

/** The entry of the most specific form of a tag that the table has, or else of `en`. */
export function pickByLocale<T>(table: ByLocale<T>, locale: string): T {
  for (const tag of toTags(locale)) {
    const found = Object.hasOwn(table, tag) ? table[tag] : undefined;
    if (found !== undefined) return found;
  }
  return table.en;
}
