// VitePress's configuration; build.ts copies it beside the pages. The sidebar is the index, docs/README.md.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const pages = fileURLToPath(new URL("..", import.meta.url));
const index = readFileSync(`${pages}docs/index.md`, "utf8");

/** One group for each heading, one entry for each link to a page; a line of several pages is a group within. */
const sidebar = index
  .split(/^## /m)
  .slice(1)
  .map((section) => ({
    text: section.split("\n")[0],
    collapsed: false,
    items: section
      .split("\n")
      .filter((line) => line.startsWith("- "))
      .flatMap((line) => {
        const items = readLinks(line);
        const [, lead] = /^- ([^[:]+): \[/.exec(line) ?? [];
        return lead === undefined ? items.slice(0, 1) : { text: lead, collapsed: false, items };
      }),
  }));

function readLinks(line) {
  return [...line.matchAll(/\[([^\]]+)\]\((?!https?:)([^)]+)\)/g)].map(([, text, link]) => ({
    text,
    link: new URL(link.replace(/\.md(#|$)/, "$1"), "https://site/docs/").href.replace("https://site", ""),
  }));
}

const api = {
  text: "API",
  collapsed: true,
  items: readdirSync(`${pages}api`, { recursive: true })
    .filter((path) => /^vonage-conversion(\/[\w-]+)?\/index\.md$/.test(path))
    .sort()
    .map((path) => ({ text: path.replace("/index.md", ""), link: `/api/${path.replace("index.md", "")}` })),
};

/** GitHub's anchors, which the pages link to. */
const toAnchor = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

export default {
  title: "vonage-conversion",
  description: "Send 2FA codes through Vonage, check them, and report each outcome to the Conversion API.",
  lang: "en",
  outDir: "../../../.wrangler/site",
  head: [["link", { rel: "icon", type: "image/svg+xml", href: "/icon.svg" }]],
  // Links of the quickstarts lead to the reader's own machine.
  ignoreDeadLinks: "localhostLinks",
  markdown: { anchor: { slugify: toAnchor } },
  themeConfig: {
    logo: "/icon.svg",
    search: { provider: "local" },
    nav: [
      { text: "Documentation", link: "/docs/" },
      { text: "Quickstart", link: "/docs/quickstart-node" },
      { text: "API", link: "/api/" },
    ],
    sidebar: [...sidebar, api],
    outline: { level: [2, 3] },
  },
};
