import node from "@astrojs/node";
import { defineConfig, envField } from "astro/config";

const secret = envField.string({ context: "server", access: "secret" });

export default defineConfig({
  output: "server",
  adapter: node({ mode: "standalone" }),
  // Only forms from these hosts are accepted: add yours.
  security: { allowedDomains: [{ hostname: "localhost" }, { hostname: "127.0.0.1" }] },
  // Stored in files by default. With several servers, configure a driver.
  session: { cookie: { name: "__Host-session", path: "/", secure: true, sameSite: "lax" }, ttl: 3600 },
  env: {
    schema: {
      VONAGE_CONVERSION_ENDPOINT: secret,
      VONAGE_CONVERSION_KEY: secret,
      // Such as https://shop.example: phones then offer the code only on this site.
      SITE_ORIGIN: envField.string({ context: "server", access: "secret", optional: true }),
    },
  },
});
