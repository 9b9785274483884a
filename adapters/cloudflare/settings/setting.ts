/** One setting of the Worker: how it is read, and what the documentation says about it. */
export interface Setting {
  /**
   * The path of the option that it becomes. The first part names the options: `handler` (of `createHandler`), `ledger`,
   * `workflow`, `sms` and `voice` (of the senders), `objects`, `insight`.
   */
  readonly option: string;
  /**
   * Turns the text into the option's value.
   *
   * @default the text is the value
   */
  readonly read?: (text: string) => unknown;
  /** A value for `.dev.vars.example`. Only secrets have one: they are set with `wrangler secret put`, never in `[vars]`. */
  readonly secret?: { readonly example: string };
  /** Marks a binding of `wrangler.toml`, which is an object: a Durable Object namespace or a rate limit. */
  readonly binding?: "objects" | "rate-limit";
  /** The value that applies when the setting is left out. A test compares it with the code. */
  readonly default?: string;
  /** Its effect, in whole sentences. */
  readonly what: string;
  /** A link to more, in Markdown, relative to the page whose table lists the setting. */
  readonly more?: string;
}

/** Settings by name. */
export type Settings = Readonly<Record<string, Setting>>;
