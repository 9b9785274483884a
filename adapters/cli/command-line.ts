// Reads the arguments: finds the command by its words, then parses what is left by the command's own options.

import { type ParseArgsConfig, parseArgs } from "node:util";
import type { Command, Options, Values } from "./command.ts";
import { suggest } from "./suggestion.ts";
import { UsageError } from "./usage-error.ts";

export type Invocation =
  | { readonly kind: "none" | "version" }
  /** `undefined`: the list of commands. */
  | { readonly kind: "help"; readonly command: Command | undefined }
  | {
      readonly kind: "command";
      readonly command: Command;
      readonly values: Values<Options>;
      readonly rest: readonly string[];
    };

const OF_ALL = { help: { type: "boolean", short: "h" }, version: { type: "boolean" } } as const;

/**
 * Reads the arguments.
 *
 * @throws {UsageError} with a message that names the fault.
 */
export function readCommandLine(argv: readonly string[], commands: readonly Command[]): Invocation {
  const { values, words } = look(argv, commands);
  const isHelp = words[0] === "help";
  const named = isHelp ? words.filter((word) => word !== "help") : words;
  const command = findCommand(named, commands);
  refuseKeys(argv, command);
  if (isHelp || values.help) {
    if (command === undefined && named.length > 0) throw unknownCommand(named, commands);
    return { kind: "help", command };
  }
  if (values.version) return { kind: "version" };
  if (named.length === 0) {
    const [stray] = argv.filter((one) => /^--./.test(one));
    if (stray === undefined) return { kind: "none" };
    throw new UsageError(`There is no command. Options follow one: vonage-conversion <command> ${stray}.`);
  }
  if (command === undefined) throw unknownCommand(named, commands);
  return parseFor(command, argv);
}

/** Reads loosely, by the options of all commands, to find the words that are no options. */
function look(argv: readonly string[], commands: readonly Command[]) {
  const options = Object.assign({}, ...commands.map((one) => toConfig(one.options)), OF_ALL);
  const { values, tokens } = parseArgs({
    args: [...argv],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const words = tokens.flatMap((token) => (token.kind === "positional" ? token.value : []));
  return { values, words };
}

function findCommand(words: readonly string[], commands: readonly Command[]): Command | undefined {
  const matches = commands.filter(({ name }) => isBegunBy(words, name.split(" ")));
  return matches.sort((one, other) => other.name.length - one.name.length)[0];
}

const isBegunBy = (words: readonly string[], name: readonly string[]) =>
  name.every((word, index) => words[index] === word);

function unknownCommand([given = ""]: readonly string[], commands: readonly Command[]): UsageError {
  const names = [...new Set(commands.map(({ name }) => name.split(" ")[0] ?? name))];
  return new UsageError(
    `Unknown command "${given}".${suggest(given, [...names, "help"])} The commands are ${names.join(", ")}.`,
  );
}

function parseFor(command: Command, argv: readonly string[]): Invocation {
  const { name, options } = command;
  const config = { ...toConfig(options), ...OF_ALL };
  const known = [...Object.keys(options), "help"];
  const args = [...argv];
  try {
    const { tokens } = parseArgs({
      args,
      options: config,
      allowPositionals: true,
      strict: false,
      tokens: true,
    });
    for (const token of tokens) {
      if (token.kind !== "option" || Object.hasOwn(config, token.name)) continue;
      const hint = suggest(token.name, known).replace("mean ", "mean --");
      throw new UsageError(`${name} does not accept ${token.rawName}.${hint}`, name);
    }
    const { values, positionals } = parseArgs({ args, options: config, allowPositionals: true });
    const { help, version, ...given } = values;
    const rest = positionals.slice(name.split(" ").length);
    return { kind: "command", command, values: given as Values<Options>, rest };
  } catch (error) {
    // Node's messages name the option and the remedy, and never quote a value.
    const isNodes = error instanceof TypeError && "code" in error && /^ERR_PARSE_ARGS_/.test(`${error.code}`);
    if (!isNodes) throw error;
    throw new UsageError(error.message.replace(/\s+/g, " "), name);
  }
}

function toConfig(options: Options): NonNullable<ParseArgsConfig["options"]> {
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => [
      name,
      {
        type: option.type,
        ...(option.short !== undefined && { short: option.short }),
        ...(option.type === "string" && option.multiple && { multiple: true }),
      },
    ]),
  );
}

/** A command whose keys protect nothing, such as a sandbox's, may have such an option of its own. */
function refuseKeys(argv: readonly string[], command: Command | undefined): void {
  const end = argv.indexOf("--");
  const options = end < 0 ? argv : argv.slice(0, end);
  const given = options.flatMap((one) => /^--((?:admin-?)?key)(?:=|$)/i.exec(one)?.[1] ?? []);
  if (given.every((name) => command !== undefined && Object.hasOwn(command.options, name))) return;
  throw new UsageError(
    "The admin key must not be an argument: every user of this machine can read it in the process list, and " +
      "the shell keeps it in its history. Put it into VONAGE_CONVERSION_ADMIN_KEY, and replace the key that " +
      "was typed here.",
  );
}
