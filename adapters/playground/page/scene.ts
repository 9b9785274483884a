/** The moments of the story. */
export type Moment =
  | "before"
  | "under-way"
  | "arrived"
  | "lost"
  | "silent"
  | "lie"
  | "proven"
  | "held"
  | "untold"
  | "delivered"
  | "not-delivered"
  | "traffic";

export interface Scene {
  readonly moment: Moment;
  readonly tone: "plain" | "good" | "warn" | "bad";
  readonly title: string;
  readonly text: string;
  /** Vonage's knowledge of the message. */
  readonly knows: string;
  /** The Worker's current step. */
  readonly worker: string;
}
