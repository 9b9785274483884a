// A login by a client that was generated from docs/openapi.yaml. Both clients do the same.

export interface Shop {
  /** The Worker's URL. */
  readonly endpoint: string;
  readonly proxyKey: string;
  readonly adminKey: string;
  /** The user's number in E.164. */
  readonly number: string;
  /** Reads the code off the user's phone. */
  readCode(): string;
}

/** The findings of a client, for the test to compare. */
export interface Visit {
  /** The answer to a wrong code: the problem's name and the guesses left. */
  readonly wrong: readonly [type: string, attemptsLeft: number | undefined];
  readonly verified: boolean;
  /** The state of the challenge afterwards, and how many messages it had. */
  readonly ended: readonly [state: string, messages: number];
  /** The end of a report of our own. */
  readonly reported: string;
  /** Until when another message is tracked. */
  readonly tracked: string;
  /** The ids of the reports that are on record. */
  readonly recorded: readonly string[];
  /** The status and the problem's title, for a number in a country that gets no codes. */
  readonly refused: readonly [status: number, title: string];
}

/** The names of a type's required fields. */
export type RequiredOf<T> = { [K in keyof T]-?: object extends Pick<T, K> ? never : K }[keyof T];

/** `true` if both types are the same, which `any` is to nothing but itself. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
