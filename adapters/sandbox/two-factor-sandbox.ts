import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import type { SandboxRoutePause } from "./pauses.ts";

/**
 * Vonage and the Worker's 2FA workflow behind one fetch function. Made by `createSandbox({ twoFactor: … })`.
 *
 * It is the Worker's own code, with its storage in memory, and with a clock that stands still until {@link advance}.
 * When a call returns, everything that follows from it has happened, as far as no time must pass: the text has arrived,
 * the report is recorded. If a call itself takes time, as when Vonage is slow or throttles, the clock moves on by that
 * much.
 */
export interface TwoFactorSandbox extends Sandbox {
  /** The Worker's base URL. Nothing listens there: only this sandbox's `fetch` knows it. */
  readonly endpoint: string;
  /** A proxy key of the Worker, for 2FA traffic. It is public and works in the sandbox only. */
  readonly key: string;
  /** An admin key of the Worker, for `GET /reports`, `GET /stats` and the other routes of the operator. */
  readonly adminKey: string;
  /** Answers as the Worker does where the URL begins with {@link endpoint}, and as Vonage does for every other. */
  readonly fetch: typeof fetch;
  /** Returns the sandbox's time in epoch milliseconds. */
  now(): number;
  /**
   * Lets time pass. Everything that is due happens in its order and at its time: late messages, receipts, expiries,
   * repeated reports, reports of `false`. It takes no real time beyond that of the work itself.
   *
   * @param milliseconds A whole number, up to 31 days.
   * @throws {ConversionError} `invalid_options`.
   *
   * @example
   * // The user never typed the code: after its lifetime, `false` is reported.
   * await sandbox.advance(15 * 60_000);
   * expect(sandbox.reports()).toMatchObject([{ delivered: false }]);
   *
   * @example
   * // A minute of waiting for the next code is over at once.
   * await sandbox.advance(60_000);
   * await twoFactor.resend(id);
   */
  advance(milliseconds: number): Promise<void>;
  /**
   * Refuses codes to a country for some time, as Insight does when it sees SMS pumping there. Unlike Insight, it lets no
   * sample pass. 0 ends the pause.
   *
   * @throws {ConversionError} `invalid_options`.
   *
   * @example
   * sandbox.pause({ country: "GB", channel: "sms" }, 3_600_000);
   * await expect(twoFactor.start({ to: "+447400123456" })).rejects.toMatchObject({ code: "route_paused" });
   */
  pause(route: SandboxRoutePause, milliseconds: number): void;
  /** Resolves when all that is due has happened. Messages and receipts that are late wait for {@link advance}. */
  idle(): Promise<void>;
}
