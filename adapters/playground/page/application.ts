// The left side: the application, as its user sees it.

import type { ApplicationAnswer } from "../application.ts";
import type { ShownChallenge } from "../sessions.ts";
import { createOneAtATime, find, hasFocus, say, sayDone, setText } from "./dom.ts";
import { attempts, describeFailure, describeSent, ENDINGS, formatDuration } from "./messages.ts";
import { NO_SANDBOX, post } from "./server.ts";

export interface ApplicationView {
  /** Returns the typed number, which is also the handset's. */
  readonly number: () => string;
  /** Shows the challenge; `null` if there is none. */
  show(challenge: ShownChallenge | null): void;
  /** Fills in a code. */
  useCode(code: string): void;
  /** Clears the messages and the code. */
  clear(): void;
}

/** @param changed Called after each change that other parts of the page show. */
export function createApplicationView(changed: () => Promise<void>): ApplicationView {
  const startForm = find("start-form", HTMLFormElement);
  const codeForm = find("code-form", HTMLFormElement);
  const mark = find("ended-mark", HTMLElement);
  const number = find("number", HTMLInputElement);
  const code = find("code", HTMLInputElement);
  const result = find("result", HTMLElement);
  const anew = find("anew", HTMLButtonElement);
  const again = { sms: find("again-sms", HTMLButtonElement), voice: find("again-voice", HTMLButtonElement) };
  const oneAtATime = createOneAtATime();

  let shown: ShownChallenge | null = null;
  /** Time of showing, on this page's clock. */
  let shownAt = 0;
  /** `true` once the user has left an ended challenge. */
  let dismissed = false;

  const typedNumber = () => number.value.trim();

  /** Posts a request. Shows the reason of a failure, otherwise goes on. */
  async function act(path: string, body: object, goOn: (answer: ApplicationAnswer) => void): Promise<void> {
    const answer = await post<ApplicationAnswer>(path, body);
    if (answer === undefined) return say(result, NO_SANDBOX, "bad");
    const failure = describeFailure(answer);
    // A refusal from before the backend has no challenge.
    if (answer.challenge !== undefined) show(answer.challenge);
    if (failure === undefined) goOn(answer);
    else say(result, failure, "bad");
    await changed();
  }

  startForm.addEventListener("submit", (event) => {
    event.preventDefault();
    const data = new FormData(startForm);
    oneAtATime(startForm, async () => {
      if (typedNumber() === "") {
        say(result, "Type a phone number first, such as 07400 123456 or +44 7400 123456.", "bad");
        return number.focus();
      }
      say(result, "Sending the code…");
      const body = {
        number: typedNumber(),
        channel: String(data.get("channel")),
        locale: String(data.get("locale")),
      };
      await act("/app/start", body, () => {
        say(result, "");
        code.value = "";
      });
      // Even if it is uncertain whether the code was sent, the user can type it.
      (shown === null ? number : code).focus();
    });
  });

  codeForm.addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = code.value;
    oneAtATime(codeForm, async () => {
      if (!/^(?:\P{Nd}*\p{Nd}){4}/u.test(typed)) {
        say(result, "Type the digits of the code from the message.", "bad");
        return code.focus();
      }
      say(result, "");
      await act("/app/check", { code: typed }, () => {});
      if (shown?.state === "pending") {
        code.select();
        code.focus();
      }
    });
  });

  for (const [channel, button] of Object.entries(again)) {
    button.addEventListener("click", () =>
      oneAtATime(button, async () => {
        say(result, "Sending a new code…");
        await act("/app/resend", { channel }, () => {
          code.value = "";
          sayDone(result, "A new code is on its way. The previous code is no longer valid.");
        });
        if (shown?.state === "pending") code.focus();
      }),
    );
  }

  find("cancel", HTMLButtonElement).addEventListener("click", (event) =>
    oneAtATime(event.currentTarget as HTMLElement, () =>
      act("/app/cancel", {}, () => {
        sayDone(result, "Cancelled. The code is no longer valid.");
        number.focus();
      }),
    ),
  );

  anew.addEventListener("click", () => {
    dismissed = true;
    render();
    say(result, "");
    number.focus();
  });

  function show(challenge: ShownChallenge | null): void {
    shown = challenge;
    dismissed &&= challenge !== null && challenge.state !== "pending";
    shownAt = performance.now();
    render();
  }

  function render(): void {
    const state = shown === null || (shown.state !== "pending" && dismissed) ? "none" : shown.state;
    const wasWaiting = !codeForm.hidden;
    const focused = hasFocus(codeForm) || document.activeElement === document.body;
    startForm.hidden = state !== "none";
    codeForm.hidden = state !== "pending";
    mark.hidden = state === "none" || state === "pending";
    anew.hidden = mark.hidden;
    if (shown === null || state === "none") return;
    if (state !== "pending") {
      const [word, sentence] = ENDINGS[state];
      mark.dataset.tone = state === "verified" ? "good" : "bad";
      setText(mark, word);
      if (wasWaiting || result.textContent === "")
        say(result, sentence, state === "verified" ? "good" : "bad");
      if (wasWaiting && focused) anew.focus();
      return;
    }
    setText(find("sent", HTMLElement), describeSent(shown));
    tick();
  }

  /** Updates the countdowns. */
  function tick(): void {
    if (shown?.state !== "pending") return;
    const past = performance.now() - shownAt;
    const [expiresIn, resendIn] = [shown.expiresIn - past, shown.resendIn - past];
    const valid = expiresIn > 0 ? ` Valid for ${formatDuration(expiresIn)}.` : " The code has expired.";
    setText(find("left", HTMLElement), attempts(shown.attemptsLeft) + valid);
    const waits = resendIn > 0;
    for (const button of Object.values(again)) button.disabled = waits;
    setText(find("wait", HTMLElement), waits ? `in ${Math.ceil(resendIn / 1000)} s` : "");
  }

  // A complaint is over once its reason is being corrected.
  for (const field of [number, code]) field.addEventListener("input", () => say(result, ""));
  setInterval(tick, 250);
  return {
    number: typedNumber,
    show,
    useCode: (digits) => {
      if (codeForm.hidden) {
        say(result, "The application is not waiting for a code. Send one first.", "bad");
        return;
      }
      code.value = digits;
      code.focus();
    },
    clear: () => {
      say(result, "");
      code.value = "";
    },
  };
}
