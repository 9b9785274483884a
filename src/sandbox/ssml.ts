// What a voice makes of a text: the part of SSML that the Voice API knows, and strictly so, since an "&" or a "<"
// that was not escaped turns a call into silence.

/** The tags that https://developer.vonage.com/voice/voice-api/concepts/customizing-tts lists. */
const TAGS = new Set(["speak", "break", "emphasis", "lang", "phoneme", "prosody", "say-as", "s", "p", "sub"]);
const PAUSES = new Set(["break", "s", "p"]);
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

const TOKEN =
  /<(?<end>\/?)(?<tag>[a-z][\w-]*)(?<attributes>(?:\s+[\w:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(?<empty>\/?)>|&(?<entity>amp|lt|gt|quot|apos);|(?<text>[^<&]+)/y;

/**
 * Speaks a text: without tags it is said as it stands, within `<speak>` its pauses become commas.
 *
 * @returns What is heard, or what is wrong with the text.
 */
export function speak(text: string): { readonly heard: string } | { readonly fault: string } {
  if (!/<\/?[a-z]/i.test(text)) return { heard: text };
  const source = text.trim();
  if (!source.startsWith("<speak>") || !source.endsWith("</speak>")) {
    return { fault: "holds tags, and is not within <speak>" };
  }
  const open: string[] = [];
  let heard = "";
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const { tag, end, empty, attributes = "", entity = "", text = "" } = TOKEN.exec(source)?.groups ?? {};
    // A sticky expression that does not match goes back to 0.
    if (TOKEN.lastIndex === 0) return { fault: "is not well-formed SSML: is every & and < escaped?" };
    if (tag === undefined) {
      if (!open.includes("sub")) heard += text + (ENTITIES[entity] ?? "");
      continue;
    }
    if (!TAGS.has(tag)) return { fault: "holds a tag that is not known here" };
    if (end && open.pop() !== tag) return { fault: "is not well-formed SSML: its tags do not match" };
    if (!end && !empty) open.push(tag);
    if (tag === "sub" && !end) heard += /\salias\s*=\s*["']([^"']*)/.exec(attributes)?.[1] ?? "";
    if (PAUSES.has(tag)) heard += ", ";
    if (open.length === 0 && TOKEN.lastIndex < source.length) return { fault: "goes on after </speak>" };
  }
  if (open.length > 0) return { fault: "is not well-formed SSML: its tags do not match" };
  return { heard: tidy(heard) };
}

/** One space between words, one comma for pauses that meet, none at either end. */
function tidy(speech: string): string {
  const tidied = speech
    .replace(/\s+/g, " ")
    .replace(/ ?,[ ,]*/g, ", ")
    .replace(/([.!?:;]), /g, "$1 ");
  // Of a run of blanks and commas no more than this is left.
  return tidied.replace(/^,? /, "").replace(/,? ?$/, "");
}
