import { refuseMore } from "../choices.ts";
import { defineCommand } from "../command.ts";
import { readHost, readPort, readSettings } from "../machine/read-options.ts";
import { SANDBOX_KEYS } from "../sandbox/sandbox-keys.ts";
import { UsageError } from "../usage-error.ts";

const NAME = "sandbox";
const DEFAULT_PORT = "8787";

export const sandbox = defineCommand({
  name: NAME,
  group: "Setup",
  summary:
    "run the Worker with a sandbox in Vonage's place, a page to try both, and the console; without any account",
  usage: ["[options]"],
  about: [
    "Write your sign-in against it, in any language, and read the codes on the page's handset. The keys are the same at " +
      `each start, so tests can contain them: the proxy key is ${SANDBOX_KEYS.proxyKey}. Everything is forgotten when it ends.`,
    "It runs on workerd, Cloudflare's runtime: the project's own, or one that npm fetches once.",
  ],
  options: {
    port: { type: "string", value: "N", help: `the Worker's port (default: ${DEFAULT_PORT})` },
    "sandbox-port": {
      type: "string",
      value: "N",
      help: "the port of the sandbox and its page (default: the Worker's port plus one)",
    },
    host: {
      type: "string",
      value: "ADDRESS",
      help: "the address to listen on (default: 127.0.0.1); 0.0.0.0 lets other machines and containers in",
    },
    "allow-host": {
      type: "string",
      value: "NAME",
      multiple: true,
      help: "another host name that the sandbox answers to, such as a container's",
    },
    "proxy-key": { type: "string", value: "KEY", help: "another proxy key than the one above" },
    country: {
      type: "string",
      value: "CC",
      help: "read numbers without + as dialled in this country, such as GB (TWO_FACTOR_DEFAULT_COUNTRY)",
    },
    set: {
      type: "string",
      value: "NAME=VALUE",
      multiple: true,
      help: "a setting of the Worker, such as TWO_FACTOR_COOLDOWN_S=30",
    },
    "no-worker": {
      type: "boolean",
      help: "start the sandbox alone, for a Worker that you run at --port yourself; the proxy key is that of ./.dev.vars",
    },
    json: {
      type: "boolean",
      help: "print one JSON object with addresses and keys once everything answers; logs go to stderr",
    },
  },
  examples: [
    { text: "Worker at http://localhost:8787, page at http://localhost:8788", line: "sandbox" },
    {
      text: "For a test suite: wait for the first line, then use its endpoint and proxyKey",
      line: "sandbox --json",
    },
    {
      text: "Numbers as dialled in Germany, and codes that live as long as in production",
      line: "sandbox --country DE --set TWO_FACTOR_LIFETIME_S=300",
    },
    {
      text: "For other containers, which call it by the name of its service",
      line: "sandbox --host 0.0.0.0 --allow-host sandbox",
    },
  ],
  exits: { 0: "it was stopped", 1: "it cannot start, or ended by itself" },
  async run(values, rest, tools) {
    refuseMore(NAME, rest);
    const port = readPort("--port", values.port ?? DEFAULT_PORT, NAME);
    const sandboxPort = readPort("--sandbox-port", values["sandbox-port"] ?? `${port + 1}`, NAME);
    if (sandboxPort === port) throw new UsageError("--port and --sandbox-port must differ.", NAME);
    const withWorker = !values["no-worker"];
    const ownKey = withWorker ? undefined : await readProxyKey(tools.readFile);
    const proxyKey = values["proxy-key"] ?? ownKey ?? SANDBOX_KEYS.proxyKey;
    if (!/^[\w~-]{32,200}$/.test(proxyKey)) {
      throw new UsageError("--proxy-key must be 32 to 200 letters, digits, _, ~ or -.", NAME);
    }
    const { runSandbox } = await import("../sandbox/run-sandbox.ts");
    return runSandbox(
      {
        port,
        sandboxPort,
        host: readHost(values.host ?? "127.0.0.1", NAME),
        hosts: values["allow-host"] ?? [],
        proxyKey,
        settings: {
          ...(values.country !== undefined && { TWO_FACTOR_DEFAULT_COUNTRY: values.country }),
          ...readSettings(values.set ?? [], NAME),
        },
        withWorker,
        json: values.json ?? false,
      },
      tools,
    );
  },
});

/** Reads the first proxy key of the developer's own Worker, which `vonage-conversion init` has written. */
async function readProxyKey(readFile: (path: string) => Promise<string>): Promise<string | undefined> {
  const text = await readFile(".dev.vars").catch(() => "");
  return /^PROXY_KEYS_2FA="?[^":]*:([\w~-]+)/m.exec(text)?.[1];
}
