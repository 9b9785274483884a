/** Maximum lifetime of a report token, in seconds: no login lasts longer than a day. */
export const LONGEST_TOKEN_S = 86_400;
