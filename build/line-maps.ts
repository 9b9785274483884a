// Source maps that lead to lines. A stack trace needs no more, and columns would take 600 kB.

import { decode, encode } from "@jridgewell/sourcemap-codec";

interface Output {
  readonly fileName: string;
  source?: unknown;
}

/** Rollup's part: of each line of a script, its map keeps the first position, without the names of variables. */
export function withLineMaps() {
  return {
    name: "with-line-maps",
    generateBundle(_: unknown, outputs: Readonly<Record<string, object>>) {
      for (const output of Object.values(outputs) as Output[]) {
        if (output.fileName.endsWith(".map")) output.source = toLines(String(output.source));
      }
    },
  };
}

function toLines(text: string): string {
  const map = JSON.parse(text);
  const lines = decode(map.mappings).map((segments) =>
    segments
      .slice(0, 1)
      .map(([at, source = 0, line = 0]): [number, number, number, number] => [at, source, line, 0]),
  );
  return JSON.stringify({ ...map, names: [], mappings: encode(lines) });
}
