// docs/self-hosting.md and the files beside it, against the command that they start.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { unstable_readConfig as readConfig } from "wrangler";
import { serve } from "../../adapters/cli/commands/serve.ts";
import {
  COMPATIBILITY_DATE,
  COMPATIBILITY_FLAGS,
  OBJECT_CLASSES,
} from "../../adapters/cli/machine/configuration.ts";
import { WORKERD_VERSION } from "../../adapters/cli/machine/workerd-version.ts";
import { LIMITS, PERIOD_MS } from "../../adapters/workerd/limits.ts";

interface Binding {
  readonly name: string;
  readonly class_name: string;
}

interface RateLimit {
  readonly name: string;
  readonly simple: { readonly limit: number; readonly period: number };
}

const read = (path: string) => readFileSync(`docs/self-hosting${path}`, "utf8");
const { devDependencies, bin } = JSON.parse(readFileSync("package.json", "utf8"));

it("they name the version of workerd that the tests run, and its Node", () => {
  const named = [".md", "/Dockerfile"].flatMap((path) => read(path).match(/workerd@[\d.]+/g) ?? []);
  expect(named.length).toBeGreaterThan(1);
  expect(new Set(named)).toEqual(new Set([`workerd@${devDependencies.workerd}`]));
  expect(read("/Dockerfile")).toContain(`FROM node:${devDependencies.node.split(".")[0]}-bookworm-slim\n`);
});

it.each(["/Dockerfile", "/vonage-conversion.service", ".md"])(
  "docs/self-hosting%s uses options that serve has",
  (path) => {
    const commands = read(path).match(/\bserve\b[^`\n]*--.*/g) ?? [];
    const options = commands.flatMap((line) =>
      [...line.matchAll(/--([a-z][a-z-]+)/g)].map(([, name = ""]) => name),
    );
    expect(options.length).toBeGreaterThan(0);
    expect(options.filter((name) => name !== "help" && !Object.hasOwn(serve.options, name))).toEqual([]);
  },
);

it("the container and the unit start the file that the package names", () => {
  const script = `node_modules/vonage-conversion/${bin["vonage-conversion"].replace("./", "")}`;
  expect(read("/Dockerfile")).toContain(`ENTRYPOINT ["node", "${script}", "serve",`);
  expect(read("/vonage-conversion.service")).toContain(`ExecStart=/usr/bin/node ${script} serve `);
});

it("both give a process that ends more time than it takes, and run it without root", () => {
  const [, stop] = /STOP_MS = (\d)_000/.exec(readFileSync("adapters/cli/machine/process.ts", "utf8")) ?? [];
  expect(Number(stop)).toBeLessThan(10);
  const [, timeout] = /^TimeoutStopSec=(\d+)$/m.exec(read("/vonage-conversion.service")) ?? [];
  expect(Number(timeout)).toBeGreaterThan(Number(stop));
  expect(read("/vonage-conversion.service")).toMatch(/^DynamicUser=yes$/m);
  expect(read("/Dockerfile")).toMatch(/^USER node$/m);
});

it("the Worker there has the date, flags, objects and rate limits of wrangler.toml, and the tests' workerd", () => {
  const config = readConfig({ config: "wrangler.toml" });
  expect(COMPATIBILITY_DATE).toBe(config.compatibility_date);
  expect(COMPATIBILITY_FLAGS).toEqual(config.compatibility_flags);
  const bindings: readonly Binding[] = config.durable_objects.bindings;
  expect(OBJECT_CLASSES).toEqual(Object.fromEntries(bindings.map((one) => [one.name, one.class_name])));
  const limits: readonly RateLimit[] = config.ratelimits;
  expect(LIMITS).toEqual(Object.fromEntries(limits.map(({ name, simple }) => [name, simple.limit])));
  expect(new Set(limits.map(({ simple }) => simple.period * 1000))).toEqual(new Set([PERIOD_MS]));
  expect(WORKERD_VERSION).toBe(devDependencies.workerd);
});
