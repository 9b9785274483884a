/** The arguments or a setting of the command line are missing or invalid. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  /** The command whose help explains more; `undefined`: the list of commands. */
  readonly command: string | undefined;

  constructor(message: string, command?: string) {
    super(message);
    this.command = command;
  }
}
