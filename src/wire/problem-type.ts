/** What the `type` of each of the Worker's problem documents (RFC 9457) begins with; the problem's name follows. */
export const PROBLEM_TYPE = "urn:problem:vonage-conversion:";
