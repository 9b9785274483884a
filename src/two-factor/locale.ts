/** By lower-case BCP 47 tag; English, to fall back on, is always there. */
export type ByLocale<T> = Readonly<Record<string, T>> & { readonly en: T };

/**
 * What stands under a tag, else under it with its last subtags left out (`pt-BR`, then `pt`), else under `en`. Norwegians
 * write `nb`, their phones often `no`: that is the same here.
 */
export function pickByLocale<T>(table: ByLocale<T>, locale: string): T {
  const subtags = locale
    .toLowerCase()
    .replace(/^no(?![a-z])/, "nb")
    .split(/[-_]/);
  for (let length = subtags.length; length > 0; length--) {
    const tag = subtags.slice(0, length).join("-");
    const found = Object.hasOwn(table, tag) ? table[tag] : undefined;
    if (found !== undefined) return found;
  }
  return table.en;
}
