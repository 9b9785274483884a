import { resolve } from "node:path";
import { defineCommand } from "../command.ts";
import { readPort } from "../machine/read-options.ts";
import { UsageError } from "../usage-error.ts";

const NAME = "init";
const DEFAULT_FOLDER = "vonage-conversion-worker";
const DEFAULT_PORT = "8787";

export const init = defineCommand({
  name: NAME,
  group: "Setup",
  summary: "write a Worker of your own, start it once, and show the commands for production",
  usage: ["[FOLDER] [options]"],
  about: [
    `FOLDER is made if it is missing (default: ${DEFAULT_FOLDER}). Files that exist are kept as they are.`,
    "Proxy key, admin key, token secret and code secret are random, in .dev.vars, which git ignores. Vonage's key and " +
      "secret are not asked for: wrangler sends them from your terminal to Cloudflare.",
  ],
  options: {
    yes: { type: "boolean", short: "y", help: "ask nothing; take the defaults" },
    name: { type: "string", value: "NAME", help: "the Worker's name (default: the folder's)" },
    brand: { type: "string", value: "TEXT", help: "the name that users know you by (default: Acme)" },
    countries: {
      type: "string",
      value: "LIST",
      help: "the countries that get codes, such as 'GB US' (default: the country of this machine's locale)",
    },
    "sms-from": { type: "string", value: "SENDER", help: "the sender of text messages (default: the brand)" },
    port: { type: "string", value: "N", help: `the port of the local Worker (default: ${DEFAULT_PORT})` },
    "no-install": { type: "boolean", help: "write files only" },
  },
  examples: [
    { text: "Ask, then write, install and try", line: "init" },
    { text: "Ask nothing", line: "init sign-in --yes --brand 'My shop' --countries 'GB IE'" },
  ],
  exits: { 0: "the files are there, and the Worker answered", 1: "a step failed; run it again to go on" },
  async run(values, [folder = DEFAULT_FOLDER, ...more], tools) {
    if (more.length > 0) throw new UsageError("init accepts one folder.", NAME);
    const options = {
      folder: resolve(tools.machine.cwd, folder),
      name: values.name,
      brand: values.brand,
      countries: values.countries,
      smsFrom: values["sms-from"],
      port: readPort("--port", values.port ?? DEFAULT_PORT, NAME),
      yes: values.yes ?? false,
      withInstall: !values["no-install"],
    };
    const { runInit } = await import("../init/run-init.ts");
    return runInit(options, tools);
  },
});
