// Writes a configuration of plain workerd in its own format, Cap'n Proto. Node only.

import type { Module } from "./packaged.ts";

/** As in wrangler.toml. */
export const COMPATIBILITY_DATE = "2026-11-01";
export const COMPATIBILITY_FLAGS = [
  "no_nodejs_compat",
  "no_nodejs_compat_v2",
  "enable_request_signal",
] as const;

/** The Worker's Durable Objects: their classes by their bindings. */
export const OBJECT_CLASSES = {
  LEDGER: "Ledger",
  CHALLENGES: "Challenges",
  SEND_LIMITS: "SendLimits",
  INSIGHT: "Insight",
} as const;

/** A Worker of the configuration. All files are absolute paths. */
export interface LocalWorker {
  readonly name: string;
  /** The main one first. */
  readonly modules: readonly Module[];
  /** Names of variables in workerd's own environment: secrets never reach a file. */
  readonly variables: readonly string[];
  /** Texts from files, by their names in the Worker's environment. */
  readonly texts?: Readonly<Record<string, string>>;
  /** Parsed JSON from files, likewise. */
  readonly json?: Readonly<Record<string, string>>;
  readonly objects?: {
    /** The folder that stores them. */
    readonly storage: string;
    /** The exported classes by their binding. Each class has a folder in `storage`. */
    readonly classes: Readonly<Record<string, string>>;
  };
}

export interface LocalSocket {
  readonly name: string;
  /** `127.0.0.1:8787`, or `unix:/path`. */
  readonly address: string;
  /** The Worker's name. */
  readonly worker: string;
  /** @default the Worker's default export */
  readonly entrypoint?: string;
}

export interface LocalConfiguration {
  readonly workers: readonly LocalWorker[];
  readonly sockets: readonly LocalSocket[];
  readonly network: {
    /** Lets Workers connect to private and local addresses too. */
    readonly isPrivate: boolean;
    /** A file with the certificates of authorities to trust, besides those of the system. */
    readonly certificates?: string;
  };
}

/** Formats the configuration. Its files are found when workerd gets `--import-path=/`. */
export function formatConfiguration({ workers, sockets, network }: LocalConfiguration): string {
  const { isPrivate, certificates } = network;
  const trusted = certificates === undefined ? "" : `, trustedCertificates = [${embed(certificates)}]`;
  const allow = isPrivate ? ["public", "private"] : ["public"];
  const internet =
    `(name = "internet", network = (allow = ${list(allow.map(quote))}, ` +
    `tlsOptions = (trustBrowserCas = true${trusted})))`;
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = ${list([...workers.flatMap(formatWorker), internet])},
  sockets = ${list(sockets.map(formatSocket))});
`;
}

function formatWorker({ name, modules, variables, texts = {}, json = {}, objects }: LocalWorker): string[] {
  const classes = Object.entries(objects?.classes ?? {});
  const bindings = [
    ...variables.map((variable) => `(name = ${quote(variable)}, fromEnvironment = ${quote(variable)})`),
    ...Object.entries(texts).map(([binding, file]) => `(name = ${quote(binding)}, text = ${embed(file)})`),
    ...Object.entries(json).map(([binding, file]) => `(name = ${quote(binding)}, json = ${embed(file)})`),
    ...classes.map(
      ([binding, className]) => `(name = ${quote(binding)}, durableObjectNamespace = ${quote(className)})`,
    ),
  ];
  const namespaces = classes.map(
    ([, className]) => `(className = ${quote(className)}, uniqueKey = ${quote(className)}, enableSql = true)`,
  );
  const disk = quote(`${name}-disk`);
  const settings = [
    `modules = ${list(modules.map((one) => `(name = ${quote(one.name)}, esModule = ${embed(one.file)})`))}`,
    `compatibilityDate = ${quote(COMPATIBILITY_DATE)}`,
    `compatibilityFlags = ${list(COMPATIBILITY_FLAGS.map(quote))}`,
    `bindings = ${list(bindings)}`,
    ...(objects === undefined
      ? []
      : [`durableObjectNamespaces = ${list(namespaces)}`, `durableObjectStorage = (localDisk = ${disk})`]),
  ];
  return [
    `(name = ${quote(name)}, worker = (${settings.join(", ")}))`,
    ...(objects === undefined
      ? []
      : [`(name = ${disk}, disk = (path = ${quote(objects.storage)}, writable = true))`]),
  ];
}

function formatSocket({ name, address, worker, entrypoint }: LocalSocket): string {
  const service =
    entrypoint === undefined ? quote(worker) : `(name = ${quote(worker)}, entrypoint = ${quote(entrypoint)})`;
  return `(name = ${quote(name)}, address = ${quote(address)}, http = (), service = ${service})`;
}

const list = (items: readonly string[]): string => `[${items.join(",\n    ")}]`;

const embed = (file: string): string => `embed ${quote(file)}`;

/** Cap'n Proto writes texts like JSON, for everything that a path or a name contains. */
const quote = (text: string): string => JSON.stringify(text);
