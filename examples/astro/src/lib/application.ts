import { SITE_ORIGIN, VONAGE_CONVERSION_ENDPOINT, VONAGE_CONVERSION_KEY } from "astro:env/server";
import { createSignIn } from "./sign-in.ts";

export const signIn = createSignIn({
  endpoint: VONAGE_CONVERSION_ENDPOINT,
  key: VONAGE_CONVERSION_KEY,
  origin: SITE_ORIGIN || undefined,
});
