declare namespace App {
  /** Kept on the server; the user's cookie holds its id. */
  interface SessionData {
    challenge: import("./lib/sign-in.ts").Challenge;
    user: string;
  }
}
