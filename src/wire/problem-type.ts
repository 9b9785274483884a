/** The prefix of `type` in the Worker's problem documents (RFC 9457); the problem's name follows. */
export const PROBLEM_TYPE = "urn:problem:vonage-conversion:";
