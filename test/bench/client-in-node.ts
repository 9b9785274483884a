// A process for one way to call. Each message requests a number of calls; the answer holds their figures.

import { createRequire } from "node:module";
import { join } from "node:path";
import { createConversionClient } from "../../dist/index.mjs";
import { CREDENTIALS, callerBy, runCalls } from "./calls.ts";

const [by = "", upstream = "", sdkFolder = ""] = process.argv.slice(2);
const call = by === "sdk" ? callSdk() : callerBy(by, upstream, createConversionClient);

process.on("message", async (calls: number) => {
  const before = process.cpuUsage();
  const result = await runCalls(call, calls);
  const { user, system } = process.cpuUsage(before);
  process.send?.({ ...result, microseconds: (user + system) / calls });
});

/** The official SDK takes a callback, and fails on Vonage's empty 200, because it is not JSON. */
function callSdk(): () => Promise<void> {
  type Sms = (id: string, delivered: boolean, timestamp: string, end: (error: unknown) => void) => void;
  type Sdk = new (credentials: object, options: object) => { readonly conversion: { readonly sms: Sms } };
  const sdk: Sdk = createRequire(join(sdkFolder, "package.json"))("@vonage/server-sdk");
  const { protocol, hostname, port } = new URL(upstream);
  const { conversion } = new sdk(CREDENTIALS, { apiHost: `${protocol}//${hostname}`, port: Number(port) });
  return () =>
    new Promise((resolve, reject) =>
      conversion.sms("0A0000000123ABCD1", true, "2026-03-04 05:06:07", (error) => {
        if (error && Object(error).statusCode !== 200) reject(new Error("the SDK failed"));
        else resolve();
      }),
    );
}
