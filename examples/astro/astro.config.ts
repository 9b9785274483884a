import node from "@astrojs/node";
import { defineConfig, envField } from "astro/config";

const secret = envField.string({ context: "server", access: "secret" });

export default defineConfig({
  output: "server",
  adapter: node({ mode: "standalone" }),
  // Forms are taken from these hosts alone: name yours.
  security: { allowedDomains: [{ hostname: "localhost" }, { hostname: "127.0.0.1" }] },
  // On files, as it stands; name a driver where there are several servers.
  session: { cookie: { name: "__Host-session", path: "/", secure: true, sameSite: "lax" }, ttl: 3600 },
  env: {
    schema: {
      VONAGE_CONVERSION_ENDPOINT: secret,
      VONAGE_CONVERSION_KEY: secret,
      // Such as https://shop.example: phones offer the code to this site alone.
      SITE_ORIGIN: envField.string({ context: "server", access: "secret", optional: true }),
    },
  },
});
