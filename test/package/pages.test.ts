// The pages for people: every link leads somewhere, and every setting is described.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { formatNextSteps } from "../../adapters/cli/init/next-steps.ts";
import { findPages } from "../../docs/site/stage.ts";
import { ERROR_EVENTS } from "../../src/operator/signs.ts";
import { RUNTIMES } from "../e2e/runtimes/runtimes.ts";

const PAGES = findPages();

const read = (path: string) => readFileSync(path, "utf8");

/** A page without its code, in which nothing is a link or a heading. */
const prose = (path: string) => read(path).replace(/^( *)```.*?^\1```/gms, "");

/** The anchors that GitHub gives a page's headings. */
function anchorsOf(path: string): readonly string[] {
  return [...prose(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

it.each(PAGES)("every link within the project leads somewhere: %s", (page) => {
  const links = [...prose(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = ""]) => link);
  const broken = links.filter((link) => {
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : join(dirname(page), path);
    return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
  });
  expect(broken).toEqual([]);
});

it.each(PAGES)("%s points at other pages by a link, never by name alone", (page) => {
  expect(prose(page).match(/\bsee (the README|docs\/[\w.-]+|[\w-]+\.md)(?!\S*\])/gi) ?? []).toEqual([]);
});

it("the index of docs/ has each of its pages", () => {
  const index = read("docs/README.md");
  const pages = PAGES.filter((page) => page.startsWith("docs/") && page !== "docs/README.md");
  expect(pages.filter((page) => !index.includes(`(${page.slice("docs/".length)}`))).toEqual([]);
});

it("README and docs/install.md name the file that npm pack makes of this version", () => {
  const { version } = JSON.parse(read("package.json"));
  const named = ["README.md", "docs/install.md"].flatMap(
    (page) => read(page).match(/vonage-conversion-[\d.]+\.tgz/g) ?? [],
  );
  expect(named.length).toBeGreaterThan(4);
  expect(new Set(named)).toEqual(new Set([`vonage-conversion-${version}.tgz`]));
});

it("the README has the commands that init prints for production, in their order", () => {
  const [, section = ""] = /^## Deploy the Worker\n(.*?)^## /ms.exec(read("README.md")) ?? [];
  const lines = section.split("\n").map((line) => line.trim().replace(/ +#.*$/, ""));
  const printed = formatNextSteps({ folder: "conversions", name: "conversions", port: 8787 });
  const commands = printed
    .slice(printed.findIndex((line) => line.startsWith("In production")) + 1)
    .map((line) => line.trim().replace(/ +#.*$/, ""));
  expect(commands.length).toBeGreaterThan(6);
  expect(lines.filter((line) => commands.includes(line))).toEqual(commands);
});

describe("CONTRIBUTING", () => {
  const page = "CONTRIBUTING.md";

  it("names files that exist, among them those of eleven rules", () => {
    const files = [...prose(page).matchAll(/`((?:src|adapters|test|docs|\.ci|\.github)\/[\w./-]+)`/g)];
    expect(files.map(([, path = ""]) => path).filter((path) => !existsSync(path))).toEqual([]);
    const [, rules = ""] = /^## Rules and their files\n(.*?)^## /ms.exec(prose(page)) ?? [];
    expect(rules.match(/\| `(src|adapters)\/[\w./-]+\.ts` \|$/gm)).toHaveLength(11);
  });

  it("draws every folder of src, adapters and test on its map", () => {
    const [, map = ""] = /^## The map of the house\n+```\n(.*?)^```/ms.exec(read(page)) ?? [];
    const drawn: string[] = [];
    const parents: string[] = [];
    for (const [, indent = "", name = ""] of map.matchAll(/^( *)(\S+)\/ /gm)) {
      parents.splice(indent.length / 2, Number.POSITIVE_INFINITY, name);
      drawn.push(parents.join("/"));
    }
    expect(drawn.filter((path) => !existsSync(path))).toEqual([]);
    const foldersOf = (path: string) =>
      readdirSync(path, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? one.name : []));
    const mirrored = [...foldersOf("src"), "adapters"].map((name) => `test/${name}`);
    const there = ["src", "adapters", "test"].flatMap((root) =>
      foldersOf(root).map((name) => `${root}/${name}`),
    );
    expect(there.filter((path) => !drawn.includes(path) && !mirrored.includes(path))).toEqual([]);
  });
});

it("every event of the Durable Objects' log is announced in the changelog or a changeset", () => {
  const sources = ["src", "adapters"].flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: "utf8" }).map((path) => join(root, path)),
  );
  const events = sources
    .filter((path) => path.endsWith(".ts"))
    .flatMap((path) => [...read(path).matchAll(/\bevent: "([a-z-]+)"/g)])
    .map(([, event = ""]) => event);
  const changes = readdirSync(".changeset").map((name) => read(join(".changeset", name)));
  const announced = [read("CHANGELOG.md"), ...changes].join("\n");
  expect(events.length).toBeGreaterThan(8);
  expect([...events, ...ERROR_EVENTS].filter((event) => !announced.includes(`\`${event}\``))).toEqual([]);
});

it("every setting of the Worker is described", () => {
  const sources = ["adapters/cloudflare/env.ts"];
  const settings = sources.flatMap((path) =>
    [...read(path).matchAll(/^ {2}readonly ([A-Z][A-Z0-9_]+)\?:/gm)].map(([, name = ""]) => name),
  );
  const text = PAGES.map(read).join("\n");
  expect(settings.length).toBeGreaterThan(40);
  // The four of other traffic, and half of those of 2FA, are described by their common beginning.
  const untold = settings.filter((name) => !text.includes(name) && !/^VONAGE_(2FA|OTHER)_/.test(name));
  expect(untold).toEqual([]);
});

it("docs/install.md names the versions of the runtimes that are tried", () => {
  const rows = read("docs/install.md").match(/^\| tested on .*?\n\n/ms)?.[0] ?? "";
  const versions = RUNTIMES.map(({ name, version }) =>
    name === "Node" ? version.split(".").slice(0, 2).join(".") : version,
  );
  expect(versions.length).toBeGreaterThan(0);
  expect(versions.filter((version) => !rows.includes(version))).toEqual([]);
});

describe("the workflows", () => {
  interface Workflow {
    readonly on: { readonly push: { readonly tags?: readonly string[] } };
    readonly jobs: Readonly<
      Record<
        string,
        {
          readonly needs?: string;
          readonly permissions?: Readonly<Record<string, string>>;
          readonly steps: readonly { readonly run?: string }[];
        }
      >
    >;
  }
  const workflow = (name: string): Workflow => parse(read(`.github/workflows/${name}.yml`));
  const runs = ({ jobs }: Workflow, job: string) => jobs[job]?.steps.flatMap(({ run }) => run ?? []);

  it("test a change with what is run at a desk", () => {
    expect(runs(workflow("ci"), "test")).toEqual([".ci/run"]);
  });

  it("publish a tag only, after the same tests, with provenance", () => {
    const release = workflow("release");
    expect(release.on).toEqual({ push: { tags: ["v*"] } });
    expect(runs(release, "test")).toContain(".ci/run");
    expect(release.jobs.publish?.needs).toBe("test");
    expect(release.jobs.publish?.permissions).toEqual({ "id-token": "write" });
    expect(runs(release, "publish")?.at(-1)).toMatch(/^npm publish \.\/package\.tgz --provenance/);
  });
});
