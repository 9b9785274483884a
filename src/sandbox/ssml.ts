// Turns a text into speech: the part of SSML that the Voice API supports. It is strict, because an unescaped "&" or "<"
// makes a real call silent.

/** The tags that https://developer.vonage.com/voice/voice-api/concepts/customizing-tts lists. */
const TAGS = new Set(["speak", "break", "emphasis", "lang", "phoneme", "prosody", "say-as", "s", "p", "sub"]);
const PAUSES = new Set(["break", "s", "p"]);
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

const TOKEN =
  /<(?<end>\/?)(?<tag>[a-z][\w-]*)(?<attributes>(?:\s+[\w:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(?<empty>\/?)>|&(?<entity>amp|lt|gt|quot|apos);|(?<text>[^<&]+)/y;

/**
 * Speaks a text. A text without tags is spoken as it is; within `<speak>`, pauses become commas.
 *
 * @returns The speech, or the fault of the text.
 */
export function speak(text: string): { readonly heard: string } | { readonly fault: string } {
  if (!/<\/?[a-z]/i.test(text)) return { heard: text };
  const source = text.trim();
  if (!source.startsWith("<speak>") || !source.endsWith("</speak>")) {
    return { fault: "contains tags, but is not within <speak>" };
  }
  const open: string[] = [];
  let heard = "";
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const { tag, end, empty, attributes = "", entity = "", text = "" } = TOKEN.exec(source)?.groups ?? {};
    // A sticky expression that does not match resets lastIndex to 0.
    if (TOKEN.lastIndex === 0) return { fault: "is not well-formed SSML: escape every & and <" };
    if (tag === undefined) {
      if (!open.includes("sub")) heard += text + (ENTITIES[entity] ?? "");
      continue;
    }
    if (!TAGS.has(tag)) return { fault: "contains a tag that the Voice API does not support" };
    if (end && open.pop() !== tag) return { fault: "is not well-formed SSML: its tags do not match" };
    if (!end && !empty) open.push(tag);
    if (tag === "sub" && !end) heard += /\salias\s*=\s*["']([^"']*)/.exec(attributes)?.[1] ?? "";
    if (PAUSES.has(tag)) heard += ", ";
    if (open.length === 0 && TOKEN.lastIndex < source.length) return { fault: "continues after </speak>" };
  }
  if (open.length > 0) return { fault: "is not well-formed SSML: its tags do not match" };
  return { heard: tidy(heard) };
}

/** Leaves one space between words, one comma for adjacent pauses, and neither at the ends. */
function tidy(speech: string): string {
  const tidied = speech
    .replace(/\s+/g, " ")
    .replace(/ ?,[ ,]*/g, ", ")
    .replace(/([.!?:;]), /g, "$1 ");
  // The replacements above leave at most one comma and one space at each end.
  return tidied.replace(/^,? /, "").replace(/,? ?$/, "");
}
