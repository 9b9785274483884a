/** The machine, for commands that run a Worker on it. */
export interface Machine {
  /** The current folder, absolute. */
  readonly cwd: string;
  /** The folder of the package's built files, absolute. */
  readonly built: string;
  /** The words that call this program: `npx vonage-conversion`. */
  readonly program: string;
  /** Node's version, as in `process.versions`. */
  readonly nodeVersion: string;
  /** Asks the user, and resolves to the answer. `undefined`: there is no user. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
}
