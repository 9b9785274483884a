// WebKitGTK's MiniBrowser has Safari's engine. It has no headless mode, so it gets a virtual display.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort, isFree } from "../../support/free-port.ts";
import { type RealBrowser, requireProgram } from "./real-browser.ts";
import { openSession } from "./web-driver.ts";

const SCRIPT = `
  const [name, args, done] = arguments;
  Promise.resolve(shop[name](...args)).then(
    (value) => done({ value }),
    (error) => done({ error: String(error) }),
  );
`;

/** Starts a driver, which starts the browser. */
export async function startWebKit(): Promise<RealBrowser> {
  // Debian's folders are named after the architecture.
  const [path = "/usr/lib/webkit2gtk-4.1/MiniBrowser"] = globSync("/usr/lib/*/webkit2gtk-4.1/MiniBrowser");
  const binary = requireProgram(process.env.WEBKIT ?? path, "WebKitGTK MiniBrowser");
  const driver = await startDriver();
  try {
    const session = await openSession(driver.url, {
      "webkitgtk:browserOptions": { binary, args: ["--automation"] },
    });
    return {
      name: `WebKitGTK ${session.capabilities.browserVersion}`,
      open: session.navigate,
      address: session.address,
      call: async (name, ...args) => {
        const { value, error } = (await session.executeAsync(SCRIPT, [name, args])) as {
          readonly value: never;
          readonly error?: string;
        };
        if (error !== undefined) throw new Error(error);
        return value;
      },
      stop: () => session.close().finally(driver.stop),
    };
  } catch (error) {
    await driver.stop();
    throw error;
  }
}

async function startDriver(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const display = requireProgram("/usr/bin/xvfb-run", "xvfb-run");
  const program = requireProgram("/usr/bin/WebKitWebDriver", "WebKitWebDriver");
  requireProgram("/usr/bin/xauth", "xauth");
  const port = await findFreePort();
  const folder = mkdtempSync(join(tmpdir(), "webkit-"));
  const child = spawn(display, ["--auto-servernum", program, `--port=${port}`], {
    stdio: "ignore",
    // A process group of its own, because xvfb-run is a script, and its children must end with it.
    detached: true,
    env: {
      ...process.env,
      // Killed this way, xvfb-run leaves its folder behind.
      TMPDIR: folder,
      // WebKit's sandbox needs namespaces, which root in a container may not create.
      ...(process.getuid?.() === 0 && { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1" }),
    },
  });
  const ended = once(child, "exit");
  const stop = async () => {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  for (const end = Date.now() + 15_000; await isFree(port); ) {
    if (child.exitCode !== null || Date.now() > end) {
      await stop();
      throw new Error("WebKitWebDriver did not start.");
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { url: `http://127.0.0.1:${port}`, stop };
}
