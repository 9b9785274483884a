/** The longest that a report token lives, in seconds: nothing waits longer for its user. */
export const LONGEST_TOKEN_S = 86_400;
