// Plain workerd lacks some parts of Cloudflare's network, which the Worker there brings itself.

import { describe, expect, it } from "vitest";
import { formatConfiguration, OBJECT_CLASSES } from "../../../adapters/cli/machine/configuration.ts";
import { readClientAddress } from "../../../adapters/workerd/client-address.ts";
import { serveFile } from "../../../adapters/workerd/files.ts";
import { createMemoryRateLimit } from "../../../adapters/workerd/memory-rate-limit.ts";

describe("a rate limit in memory", () => {
  it("counts each key in each period", async () => {
    let now = 1_000_000;
    const { limit } = createMemoryRateLimit({ limit: 2, period: 10_000, now: () => now });
    const ask = async (key: string) => (await limit({ key })).success;
    expect([await ask("a"), await ask("a"), await ask("a"), await ask("b")]).toEqual([
      true,
      true,
      false,
      true,
    ]);
    now += 10_000;
    expect(await ask("a")).toBe(true);
  });

  it("counts further keys together once it knows 100 000", async () => {
    const { limit } = createMemoryRateLimit({ limit: 2, period: 10_000, now: () => 0 });
    for (let at = 0; at < 100_000; at++) await limit({ key: `${at}` });
    const others = ["x", "y", "z"].map(async (key) => (await limit({ key })).success);
    expect(await Promise.all(others)).toEqual([true, true, false]);
    expect(await limit({ key: "7" })).toEqual({ success: true });
  });
});

describe("the client's address", () => {
  const request = (clientIp: unknown, forwarded?: string) =>
    Object.assign(new Request("http://worker/", { ...(forwarded && { headers: { "x-real": forwarded } }) }), {
      cf: { clientIp },
    });

  it.each([
    ["203.0.113.7:4711", "203.0.113.7"],
    ["[2001:db8::7]:4711", "2001:db8::7"],
    ["203.0.113.7", "203.0.113.7"],
    [undefined, undefined],
  ])("is that of the connection, %s, without its port", (clientIp, address) => {
    expect(readClientAddress(request(clientIp, "192.0.2.1"), undefined)).toBe(address);
  });

  it("is the last one of the proxy's header, and that of the connection without the header", () => {
    expect(readClientAddress(request("10.0.0.1:1", "192.0.2.1, 198.51.100.7"), "x-real")).toBe(
      "198.51.100.7",
    );
    expect(readClientAddress(request("10.0.0.1:1", "192.0.2.1, "), "x-real")).toBe("10.0.0.1");
    expect(readClientAddress(request("10.0.0.1:1"), "x-real")).toBe("10.0.0.1");
  });
});

describe("static files", () => {
  const files = { "/console/": { body: "<p>", headers: { "content-type": "text/html" } } };
  const ask = (path: string, method = "GET") =>
    serveFile(new Request(`http://worker${path}`, { method }), files);

  it("are answered with their headers, to GET and HEAD alone", async () => {
    const answer = ask("/console/");
    expect([await answer?.text(), answer?.headers.get("content-type")]).toEqual(["<p>", "text/html"]);
    expect(await ask("/console/", "HEAD")?.text()).toBe("");
    expect(ask("/console/", "POST")).toBeUndefined();
  });

  it("are found in their folder without its slash, and no other path is taken", () => {
    expect(ask("/console")?.headers.get("location")).toBe("/console/");
    for (const path of ["/", "/health", "/console/more", "/constructor", "/__proto__"])
      expect(ask(path), path).toBeUndefined();
  });
});

it("the configuration of workerd never contains a setting's value", () => {
  const text = formatConfiguration({
    workers: [
      {
        name: "worker",
        modules: [],
        variables: ["ADMIN_KEYS"],
        objects: { storage: '/a "b"', classes: OBJECT_CLASSES },
      },
    ],
    sockets: [{ name: "http", address: "[::1]:8787", worker: "worker" }],
    network: { isPrivate: false },
  });
  expect(text).toContain('(name = "ADMIN_KEYS", fromEnvironment = "ADMIN_KEYS")');
  expect(text).toContain('allow = ["public"]');
  expect(text).toContain('path = "/a \\"b\\""');
});
