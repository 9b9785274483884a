// Serves a shop's page from its own origin, under the strictest possible policy.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";
import { buildSync } from "esbuild";

export interface PageServer {
  /** The origin of `/` (the shop), `/cut-off` (the same page, but its policy allows no connections) and `/next`. */
  readonly origin: string;
  stop(): Promise<void>;
}

/** Read for each page, because the endpoint needs the page's origin before it starts. */
export interface Policy {
  /** Origins a page may connect to. */
  readonly connectTo: readonly string[];
}

const SHOP_PAGE = `<!doctype html><title>Shop</title><script type="module" src="/shop.js"></script>`;
const NEXT_PAGE = "<!doctype html><title>Next</title>";

export async function startPageServer(policy: Policy): Promise<PageServer> {
  const scripts = bundleShop();
  const server = createServer(({ url = "/" }, response) => {
    const script = scripts.get(url.slice(1));
    const connectTo = url === "/cut-off" ? [] : policy.connectTo;
    response.writeHead(url === "/favicon.ico" ? 404 : 200, {
      "content-type": `${script === undefined ? "text/html" : "text/javascript"}; charset=utf-8`,
      "content-security-policy": [
        "default-src 'none'",
        "script-src 'self'",
        `connect-src ${connectTo.join(" ") || "'none'"}`,
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
      ].join("; "),
      // Cookies ignore ports, so the browser would send this one to the Worker too.
      "set-cookie": "session=of-the-shop; Path=/",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
    });
    response.end(script ?? (url === "/next" ? NEXT_PAGE : SHOP_PAGE));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** The scripts by name, minified and in chunks as a shop's bundler makes them. */
function bundleShop(): ReadonlyMap<string, string> {
  const { outputFiles } = buildSync({
    entryPoints: ["test/e2e/engines/page/shop.ts"],
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    conditions: ["browser", "import"],
    banner: { js: `const sendReadmeBeacon = (endpoint, id, token) => ${readBeacon()};` },
    outdir: "out",
    write: false,
    logLevel: "error",
  });
  return new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
}

/** The expression of docs/reporting.md, unaltered. */
function readBeacon(): string {
  const [, expression] =
    /`(navigator\.sendBeacon\([^`]+\))`/.exec(readFileSync("docs/reporting.md", "utf8")) ?? [];
  if (expression === undefined) throw new Error("docs/reporting.md shows no navigator.sendBeacon.");
  return expression;
}
