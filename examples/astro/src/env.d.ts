declare namespace App {
  /** On the server; its user has a cookie that names it. */
  interface SessionData {
    challenge: import("./lib/sign-in.ts").Challenge;
    user: string;
  }
}
