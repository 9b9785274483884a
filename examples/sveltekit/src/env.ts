import { defineEnvVars } from "@sveltejs/kit/env";

/** Optional, because the build reads them too and has none. A missing one is reported at the first request. */
const schema = (value = "") => value;

export const variables = defineEnvVars({
  VONAGE_CONVERSION_ENDPOINT: { schema, description: "The Worker's base URL." },
  VONAGE_CONVERSION_KEY: { schema, description: "One of its proxy keys for 2FA traffic, without its name." },
  SITE_ORIGIN: {
    schema,
    description: "Such as https://shop.example: phones offer the code to this site alone.",
  },
  SESSION_SECRET: { schema, description: "32 characters or more: openssl rand -hex 32." },
});
