// Runs the application on Node. On other platforms, pass `createApplication` the settings from there.

import { serve } from "@hono/node-server";
import { getConnInfo } from "@hono/node-server/conninfo";
import { createApplication } from "./application.ts";

const {
  VONAGE_CONVERSION_ENDPOINT: endpoint = "",
  VONAGE_CONVERSION_KEY: key = "",
  SESSION_SECRET: sessionSecret,
  SITE_ORIGIN,
  PORT = "3000",
  HOST: hostname = "127.0.0.1",
} = process.env;

const { fetch } = createApplication({
  endpoint,
  key,
  sessionSecret,
  origin: SITE_ORIGIN || undefined,
  // Behind your own proxy, read the header that it sets and overwrites.
  addressOf: (context) => getConnInfo(context).remote.address,
});
serve({ fetch, hostname, port: Number(PORT) }, ({ port }) => console.log(`http://${hostname}:${port}`));
