import { resolve } from "node:path";
import { refuseMore } from "../choices.ts";
import { defineCommand } from "../command.ts";
import { readHost, readPort } from "../machine/read-options.ts";
import { WORKERD_VERSION } from "../machine/workerd-version.ts";
import { UsageError } from "../usage-error.ts";

const NAME = "serve";
const DEFAULT_PORT = "8787";
const DEFAULT_STORAGE = "storage";

export const serve = defineCommand({
  name: NAME,
  group: "Setup",
  summary: "run the Worker on this machine, with its storage on disk, in place of Cloudflare",
  usage: ["[options]"],
  about: [
    "Settings are environment variables with the names that they have on Cloudflare, or lines of a file. If one is missing " +
      "or wrong, it says so and does not start.",
    `It runs on workerd ${WORKERD_VERSION} or later: the project's own, or one that npm fetches once.`,
    "Put a reverse proxy with TLS in front, and name the header in which it passes on the client's address. One storage " +
      "serves one process. docs/self-hosting.md has a Dockerfile, a systemd unit, backups, and the limits.",
  ],
  options: {
    port: { type: "string", value: "N", help: `the port (default: ${DEFAULT_PORT})` },
    host: { type: "string", value: "ADDRESS", help: "the address to listen on (default: 127.0.0.1)" },
    storage: {
      type: "string",
      value: "DIR",
      help: `the folder of the storage (default: ./${DEFAULT_STORAGE})`,
    },
    settings: {
      type: "string",
      value: "FILE",
      multiple: true,
      help: 'a file of settings, NAME="value" a line; the environment takes precedence',
    },
    "client-address-header": {
      type: "string",
      value: "NAME",
      help: "the header whose last address is the client's, such as x-forwarded-for (default: the connection's address)",
    },
    "private-network": {
      type: "boolean",
      help: "let the Worker send requests to private addresses, such as a proxy's or the sandbox's",
    },
  },
  examples: [
    {
      text: "With settings from a file",
      line: "serve --settings settings.env --storage /var/lib/vonage-conversion",
    },
    { text: "In a container", line: "serve --host 0.0.0.0 --storage /data" },
    {
      text: "Behind nginx, Caddy or a load balancer",
      line: "serve --settings settings.env --client-address-header x-forwarded-for",
    },
  ],
  exits: { 0: "it was stopped", 1: "it cannot start, or ended by itself" },
  async run(values, rest, tools) {
    refuseMore(NAME, rest);
    const { settings: files = [], "client-address-header": header } = values;
    if (header !== undefined && !/^[\w-]{1,64}$/.test(header)) {
      throw new UsageError(
        "--client-address-header must be the name of a header, such as x-forwarded-for.",
        NAME,
      );
    }
    const { readSettings, runServe } = await import("../serve/index.ts");
    const options = {
      port: readPort("--port", values.port ?? DEFAULT_PORT, NAME),
      host: readHost(values.host ?? "127.0.0.1", NAME),
      storage: resolve(tools.machine.cwd, values.storage ?? DEFAULT_STORAGE),
      settings: readSettings(files, tools.machine.cwd, tools.env),
      clientAddressHeader: header,
      isPrivate: values["private-network"] ?? false,
    };
    return runServe(options, tools);
  },
});
