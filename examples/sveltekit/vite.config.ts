import process from "node:process";
import adapter from "@sveltejs/adapter-node";
import { sveltekit } from "@sveltejs/kit/vite";
import { defineConfig } from "vite";

// Unset, it is https and the host that a request names. Forms from elsewhere are refused.
const { ORIGIN } = process.env;

export default defineConfig({
  plugins: [sveltekit({ adapter: adapter(), ...(ORIGIN && { paths: { origin: ORIGIN } }) })],
});
