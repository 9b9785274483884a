// Wakes the Worker's Durable Objects, as Cloudflare's cron trigger does in wrangler.toml.

import { request } from "node:http";
import { type ErrorEvent, toRunbook } from "../../../src/operator/signs.ts";

/** An object takes an alarm for lost once it is a minute late. A call on this machine costs nothing, unlike Cloudflare's. */
const WAKE_UP_EVERY_MS = 60_000;

const TIMEOUT_MS = 60_000;

const EVENT = "wake-up-failed" satisfies ErrorEvent;

/** Sets the alarm of every object that has work to do. @throws if the Worker does not confirm it. */
export function wakeUp(socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: socket, method: "POST", path: "/", timeout: TIMEOUT_MS });
    call.once("response", ({ statusCode }) => {
      call.destroy();
      if (statusCode === 204) resolve();
      else reject(new Error(`The Worker answered ${statusCode} to the wake-up.`));
    });
    call.once("timeout", () => call.destroy(new Error("The Worker did not answer the wake-up in time.")));
    call.once("error", reject);
    call.end();
  });
}

/**
 * Wakes the objects now and every minute. A failure is logged, and the next one follows.
 *
 * @param log Takes one line of JSON.
 * @returns Stops it.
 */
export function keepAwake(socket: string, log: (line: string) => void): () => void {
  const wake = () =>
    wakeUp(socket).catch((error: Error) =>
      log(JSON.stringify({ level: "error", event: EVENT, hint: error.message, runbook: toRunbook(EVENT) })),
    );
  wake();
  const timer = setInterval(wake, WAKE_UP_EVERY_MS);
  return () => clearInterval(timer);
}
