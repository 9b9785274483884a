// Time grows with what is read, and not with its square: nobody must be able to keep a machine busy with a text.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { resolveOptions } from "../../src/client/resolve-options.ts";
import { speak } from "../../src/sandbox/ssml.ts";
import { parseForm } from "../../src/wire/form.ts";
import { parseJson } from "../../src/wire/json-body.ts";

/** At this length what is quadratic takes hundreds of millions of steps, and what is linear some ten thousand. */
const LENGTH = 24_000;

function measure(act: () => unknown): number {
  const begun = performance.now();
  act();
  return performance.now() - begun;
}

/** A linear reader at work on as many characters, on this machine and at this moment. */
const BASELINE_TEXT = 'ab,"/ '.repeat(LENGTH / 6);
const readOnce = () => [...BASELINE_TEXT].join("").split("").reverse().join("");

/**
 * Whether something takes no more than many times what a linear reader does. Where it took longer it is tried again,
 * and the best counts: neither a collection of garbage nor a neighbour must decide.
 */
function isLinear(act: () => unknown): boolean {
  let best = measure(act);
  for (let again = 0; again < 4 && best >= 20; again++) best = Math.min(best, measure(act));
  return best < 20 || best < 40 * measure(readOnce);
}

const expectLinear = (act: () => unknown) => expect(isLinear(act)).toBe(true);

describe("what reads a text from outside", () => {
  const repeat = (text: string) => text.repeat(LENGTH / text.length);

  it.each(["/", "//a", "/a/", "%2f/"])("a base URL of many %j", (pump) => {
    const url = `https://worker.example/${repeat(pump)}`;
    for (const endpoint of [url, `${url}x`]) expectLinear(() => resolveOptions({ endpoint, key: "k" }));
    expect(resolveOptions({ endpoint: `https://worker.example/a${repeat("/")}`, key: "k" }).baseUrl).toBe(
      "https://worker.example/a",
    );
  });

  it.each(['\\"', "\\\\", '",\\"', "a", '":"', "{"])("JSON of many %j", (pump) => {
    for (const text of [`{"a":"${repeat(pump)}"}`, `{"a":"${repeat(pump)}`, `["${repeat(pump)}"]`]) {
      expectLinear(() => parseJson(text));
    }
  });

  it.each(["&", "=", "%", "+", "a=&", "%2"])("a form of many %j", (pump) => {
    const text = repeat(pump);
    expectLinear(() => parseForm(text));
  });

  it.each([" ", ",", ", ", " ,", "<", "</", "<break ", "</speak>", "&", "<sub alias='", ". , "])(
    "SSML of many %j",
    (pump) => {
      const inner = repeat(pump);
      for (const text of [`<speak>${inner}x</speak>`, `<speak>${inner}`, `<speak ${inner}</speak>`]) {
        expectLinear(() => speak(text));
      }
    },
  );
});

describe("every regular expression", () => {
  const literals = ["src", "adapters"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".d.ts"))
      .flatMap((name) => readRegularExpressions(join(folder, name))),
  );

  it("is found", () => {
    expect(literals.length).toBeGreaterThan(100);
  });

  it.each([...new Set(literals)])("is linear: %s", (literal) => {
    const end = literal.lastIndexOf("/");
    const pattern = new RegExp(literal.slice(1, end), literal.slice(end + 1).replace(/[gy]/g, ""));
    for (const text of attacksOn(literal)) expectLinear(() => pattern.test(text));
  });

  it.each([String.raw`/\/+$/`, "/[ ,]+$/", String.raw`/^\d*\d*$/`])(
    "is told from one that is not: %s",
    (literal) => {
      const pattern = new RegExp(literal.slice(1, -1));
      expect(attacksOn(literal).every((text) => isLinear(() => pattern.test(text)))).toBe(false);
    },
  );

  /** Long runs of what the expression speaks of, behind its beginning and before what it does not expect. */
  function attacksOn(literal: string): string[] {
    const plain = literal.replace(/\\[a-zA-Z](\{\w+\})?/g, "").replace(/[\\^$()|?*+{}[\]]/g, "");
    const characters = [...new Set(`${plain} a0,"\\/`)].slice(0, 14);
    const pumps = [
      ...characters,
      ...characters.slice(0, 5).flatMap((one) => characters.slice(0, 5).map((two) => one + two)),
    ];
    const beginnings = new Set(["", ...(/[^\\^$()|?*+{}[\]/]{2,}/.exec(literal.slice(1)) ?? [])]);
    return pumps.flatMap((pump) =>
      [...beginnings].map((begin) => `${begin}${pump.repeat(LENGTH / pump.length)}\u0001`),
    );
  }
});

function readRegularExpressions(path: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true));
  return found;
}
