import { createHash, createHmac } from "node:crypto";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import type { Parameter } from "../../src/wire/parameters.ts";
import { canonicalText, isFresh, signParameters, verifySignature } from "../../src/wire/signature.ts";
import { SIGNATURE_METHODS, type SignatureMethod } from "../../src/wire/signature-method.ts";
import fixture from "../fixtures/signature-vectors.json" with { type: "json" };

const parametersOf = (parameters: object) => new Map<string, string>(Object.entries(parameters));
const known = fixture.vectors.flatMap(({ secret, parameters, signatures }) =>
  SIGNATURE_METHODS.map((method) => ({
    method,
    secret,
    parameters: parametersOf(parameters),
    signature: signatures[method],
  })),
);

describe.each(known)("the known answer of $method", ({ method, secret, parameters, signature }) => {
  const signed = (sig: string) => new Map([...parameters, ["sig", sig]]);

  it("is the result of signing, in lower case", async () => {
    expect(await signParameters(parameters, secret, method)).toBe(signature.toLowerCase());
  });

  it("verifies in either case and any order, by its method or by all", async () => {
    const mixed = signature.toLowerCase().replace(/[a-f]/, (digit) => digit.toUpperCase());
    for (const sig of [signature.toLowerCase(), signature.toUpperCase(), mixed]) {
      expect(await verifySignature(signed(sig), secret)).toBe(true);
      expect(await verifySignature(new Map([...signed(sig)].reverse()), secret, [method])).toBe(true);
    }
  });

  it("does not verify by any other method", async () => {
    const others = SIGNATURE_METHODS.filter((one) => one !== method);
    expect(await verifySignature(signed(signature), secret, others)).toBe(false);
    expect(await verifySignature(signed(signature), secret, [])).toBe(false);
  });

  it.each<[string, (parameters: Map<string, string>) => unknown]>([
    ["a value is changed", (given) => given.set("text", "Test again!")],
    ["the case of a value is changed", (given) => given.set("text", "test again")],
    ["a parameter is added", (given) => given.set("zeta", "")],
    ["a parameter is left out", (given) => given.delete("msisdn")],
    ["a parameter is renamed", (given) => given.delete("to") && given.set("To", "13239877404")],
    ["its first digit is changed", (given) => given.set("sig", flip(signature, 0))],
    ["its last digit is changed", (given) => given.set("sig", flip(signature, signature.length - 1))],
    ["it is a digit too short", (given) => given.set("sig", signature.slice(1))],
    ["it is a digit too long", (given) => given.set("sig", `${signature}0`)],
    ["a blank follows it", (given) => given.set("sig", `${signature} `)],
    ["it is empty", (given) => given.set("sig", "")],
    ["it is missing", (given) => given.delete("sig")],
    ["it is all zeros", (given) => given.set("sig", "0".repeat(signature.length))],
  ])("does not verify if %s", async (_, tamper) => {
    const given = signed(signature);
    tamper(given);
    expect(await verifySignature(given, secret)).toBe(false);
  });

  it("does not verify with another secret", async () => {
    expect(await verifySignature(signed(signature), `${secret}x`)).toBe(false);
  });

  it("is the same with an API secret or a sig among the parameters", async () => {
    const more: Parameter[] = [...parameters, ["api_secret", "s3cret"], ["sig", "0000"]];
    expect(await signParameters(more, secret, method)).toBe(signature.toLowerCase());
  });
});

describe("the signed text", () => {
  it("is every parameter sorted by name, starting with &", () => {
    expect(
      canonicalText([
        ["to", "1"],
        ["b", "2"],
        ["a-b", "3"],
        ["A", "4"],
        ["a", "5"],
        ["a_b", "6"],
      ]),
    ).toBe("&A=4&a=5&a-b=3&a_b=6&b=2&to=1");
  });

  it("has _ for each & and = in a value, and otherwise unchanged values", () => {
    expect(canonicalText([["text", "a&b=c==d & ü+% %26"]])).toBe("&text=a_b_c__d _ ü+% %26");
  });

  it("omits sig and api_secret, but not similar names", () => {
    expect(
      canonicalText([
        ["sig", "1"],
        ["api_secret", "2"],
        ["api_key", "3"],
        ["sigs", "4"],
        ["Sig", "5"],
      ]),
    ).toBe("&Sig=5&api_key=3&sigs=4");
  });

  it("is empty without parameters", () => {
    expect(canonicalText([])).toBe("");
  });

  it("does not change the sent parameters", () => {
    const parameters: Parameter[] = [["text", "a&b=c"]];
    canonicalText(parameters);
    expect(parameters).toEqual([["text", "a&b=c"]]);
  });

  it("is the same for &, = and _, as the rule says", async () => {
    const sign = (value: string) => signParameters([["text", value]], "secret", "sha256");
    expect(await sign("a&b=c")).toBe(await sign("a_b_c"));
    expect(await sign("a&b=c")).not.toBe(await sign("a b c"));
  });
});

describe("a signature over any text", () => {
  const secret = "schlüssel 鍵 😀";
  const parameters: Parameter[] = [["text", "ü & 号 = 😀"]];
  const text = "&text=ü _ 号 _ 😀";

  it.each<[SignatureMethod, string]>([
    [
      "md5hash",
      createHash("md5")
        .update(text + secret)
        .digest("hex"),
    ],
    ...(["md5", "sha1", "sha256", "sha512"] as const).map((method): [SignatureMethod, string] => [
      method,
      createHmac(method, secret).update(text).digest("hex"),
    ]),
  ])("by %s covers its UTF-8, as in another implementation", async (method, expected) => {
    expect(await signParameters(parameters, secret, method)).toBe(expected);
  });
});

describe("a signed request", () => {
  const now = Date.UTC(2026, 5, 1, 12);

  it.each([
    ["now", 0, true],
    ["five minutes ago", -300, true],
    ["five minutes ahead", 300, true],
    ["longer ago", -301, false],
    ["further ahead", 301, false],
  ])("is fresh within five minutes: signed %s", (_, seconds, fresh) => {
    expect(isFresh(parametersOf({ timestamp: String(now / 1000 + seconds) }), now)).toBe(fresh);
  });

  it.each([["0"], ["1"], ["99999999999999999999"], [String(now)]])(
    "is not fresh at timestamp %s",
    (timestamp) => {
      expect(isFresh(parametersOf({ timestamp }), now)).toBe(false);
    },
  );

  it.each([[{ timestamp: "" }], [{ timestamp: "2013-11-21 15:27:30" }]])(
    "with %j has no readable age and passes, because other rules judge it",
    (parameters) => {
      expect(isFresh(parametersOf(parameters), now)).toBe(true);
    },
  );

  it.each([[{}], [{ api_key: "k", sig: "0" }], [{ Timestamp: String(now / 1000) }]])(
    "is not fresh without a timestamp: %j",
    (parameters) => {
      expect(isFresh(parametersOf(parameters), now)).toBe(false);
    },
  );
});

describe("a bundle of the client", () => {
  const bundle = async (entry: string) => {
    const { metafile } = await build({
      entryPoints: [entry],
      bundle: true,
      splitting: true,
      format: "esm",
      outdir: "out",
      write: false,
      metafile: true,
      logLevel: "silent",
    });
    const inputsOf = (chunk: string) => Object.keys(metafile.outputs[chunk]?.inputs ?? {});
    const importsOf = (chunk: string, kind: string) =>
      (metafile.outputs[chunk]?.imports ?? []).filter((one) => one.kind === kind).map(({ path }) => path);
    const reach = (chunks: readonly string[], found = new Set<string>()): Set<string> => {
      for (const chunk of chunks.filter((one) => !found.has(one))) {
        found.add(chunk);
        reach(importsOf(chunk, "import-statement"), found);
      }
      return found;
    };
    const [start = ""] = Object.keys(metafile.outputs).filter(
      (chunk) => metafile.outputs[chunk]?.entryPoint === entry,
    );
    const atOnce = [...reach([start])];
    const all = Object.keys(metafile.outputs);
    return {
      atOnce: atOnce.flatMap(inputsOf),
      onDemand: all.filter((chunk) => !atOnce.includes(chunk)).flatMap(inputsOf),
    };
  };

  it("loads signing and MD5 on demand, separately", async () => {
    const { atOnce, onDemand } = await bundle("src/index.ts");
    expect(atOnce).toContain("src/client/client.ts");
    expect(atOnce.join()).not.toMatch(/@noble\/hashes|src\/md5\.ts|src\/signature\.ts/);
    expect(onDemand.join()).toMatch(/@noble\/hashes/);
    expect(onDemand).toContain("src/wire/signature.ts");
  });

  it("loads MD5 for no other method", async () => {
    const { atOnce, onDemand } = await bundle("src/wire/signature.ts");
    expect(atOnce).toContain("src/wire/signature.ts");
    expect(atOnce.join()).not.toMatch(/@noble\/hashes|src\/md5\.ts/);
    expect(onDemand).toContain("src/wire/md5.ts");
  });
});

/** Replaces one hex digit by another. */
function flip(signature: string, index: number): string {
  const digit = signature[index] === "0" ? "1" : "0";
  return signature.slice(0, index) + digit + signature.slice(index + 1);
}
