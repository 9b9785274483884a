import process from "node:process";
import adapter from "@sveltejs/adapter-node";
import { sveltekit } from "@sveltejs/kit/vite";
import { defineConfig } from "vite";

// Without it, SvelteKit assumes https and the host of the request. Forms from other origins are refused.
const { ORIGIN } = process.env;

export default defineConfig({
  plugins: [sveltekit({ adapter: adapter(), ...(ORIGIN && { paths: { origin: ORIGIN } }) })],
});
