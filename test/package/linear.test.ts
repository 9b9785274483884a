// The time to read a text grows with its length, not with the square: no text may keep a machine busy.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { findUnknownSettings } from "../../adapters/cloudflare/settings/unknown-settings.ts";
import { resolveOptions } from "../../src/client/resolve-options.ts";
import { speak } from "../../src/sandbox/ssml.ts";
import { findCode } from "../../src/two-factor/challenge/find-code.ts";
import { parseForm } from "../../src/wire/form.ts";
import { parseJson } from "../../src/wire/json-body.ts";
import { createProxy } from "../support/proxy.ts";

/** At this length a quadratic reader takes hundreds of millions of steps, a linear one some ten thousand. */
const LENGTH = 24_000;

async function measure(act: () => unknown): Promise<number> {
  const begun = performance.now();
  await act();
  return performance.now() - begun;
}

/** A linear reader at work on as many characters, on this machine and at this moment. */
const BASELINE_TEXT = 'ab,"/ '.repeat(LENGTH / 6);
const readOnce = () => [...BASELINE_TEXT].join("").split("").reverse().join("");

/**
 * Returns `true` if something takes at most some forty times as long as a linear reader. If it took longer it is tried
 * again, and the best counts: neither the garbage collector nor another process must decide.
 */
async function isLinear(act: () => unknown): Promise<boolean> {
  let best = await measure(act);
  for (let again = 0; again < 4 && best >= 20; again++) best = Math.min(best, await measure(act));
  return best < 20 || best < 40 * (await measure(readOnce));
}

const expectLinear = async (act: () => unknown) => expect(await isLinear(act)).toBe(true);

describe("what reads a text from outside", () => {
  const repeat = (text: string) => text.repeat(LENGTH / text.length);

  it.each(["/", "//a", "/a/", "%2f/"])("a base URL of many %j", async (pump) => {
    const url = `https://worker.example/${repeat(pump)}`;
    for (const endpoint of [url, `${url}x`]) await expectLinear(() => resolveOptions({ endpoint, key: "k" }));
    expect(resolveOptions({ endpoint: `https://worker.example/a${repeat("/")}`, key: "k" }).baseUrl).toBe(
      "https://worker.example/a",
    );
  });

  it.each(['\\"', "\\\\", '",\\"', "a", '":"', "{"])("JSON of many %j", async (pump) => {
    for (const text of [`{"a":"${repeat(pump)}"}`, `{"a":"${repeat(pump)}`, `["${repeat(pump)}"]`]) {
      await expectLinear(() => parseJson(text));
    }
  });

  it.each(["&", "=", "%", "+", "a=&", "%2"])("a form of many %j", async (pump) => {
    const text = repeat(pump);
    await expectLinear(() => parseForm(text));
  });

  it.each([" ", ",", ", ", " ,", "<", "</", "<break ", "</speak>", "&", "<sub alias='", ". , "])(
    "SSML of many %j",
    async (pump) => {
      const inner = repeat(pump);
      for (const text of [`<speak>${inner}x</speak>`, `<speak>${inner}`, `<speak ${inner}</speak>`]) {
        await expectLinear(() => speak(text));
      }
    },
  );

  it.each([
    "1 ",
    "12:",
    "- - 1",
    "\u{1d7ff}",
    "(1)",
    " ",
    "-",
    "1.",
    "$1 ",
    "123456 ",
    "usd",
    "\u00ad",
    "٣ ",
  ])("a reply of many %j", async (pump) => {
    const text = repeat(pump);
    await expectLinear(() => findCode(text, 6));
  });

  it("a path of many slashes", async () => {
    const { handle } = createProxy();
    for (const path of [`/${repeat("/")}x${repeat("/")}`, `${repeat("/")}health${repeat("/")}`]) {
      await expectLinear(() => handle(new Request(`https://worker.example${path}`)));
    }
  });

  it("the long name of an unknown setting", async () => {
    const env = { [`SMS_${repeat("X")}`]: "x" };
    await expectLinear(() => findUnknownSettings(env));
  });
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

  it.each([...new Set(literals)])("is linear: %s", async (literal) => {
    const end = literal.lastIndexOf("/");
    const pattern = new RegExp(literal.slice(1, end), literal.slice(end + 1).replace(/[gy]/g, ""));
    for (const text of attacksOn(literal)) await expectLinear(() => pattern.test(text));
  });

  it.each([String.raw`/\/+$/`, "/[ ,]+$/", String.raw`/^\d*\d*$/`])(
    "is distinguished from the quadratic %s",
    async (literal) => {
      const pattern = new RegExp(literal.slice(1, -1));
      let isCaught = false;
      for (const text of attacksOn(literal)) {
        isCaught = !(await isLinear(() => pattern.test(text)));
        if (isCaught) break;
      }
      expect(isCaught).toBe(true);
    },
  );

  /** Long runs of the characters in the expression, after its beginning and before a character that it does not expect. */
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
