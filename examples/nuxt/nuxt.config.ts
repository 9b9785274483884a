export default defineNuxtConfig({
  compatibilityDate: "2026-11-01",
  telemetry: false,
  devtools: { enabled: false },
  css: ["~/assets/style.css"],
  app: { head: { htmlAttrs: { lang: "en" } } },
  typescript: { strict: true, tsConfig: { compilerOptions: { allowImportingTsExtensions: true } } },
});
