// The right side: the user's phone.

import type { LiveState } from "../demo.ts";
import { createOneAtATime, find, hasFocus, make, say, sayDone, setText } from "./dom.ts";
import { findCode, formatNumber } from "./messages.ts";
import { type ControlAnswer, faultOf, post } from "./server.ts";

type Shown = LiveState["handset"];

export interface HandsetView {
  show(handset: Shown): void;
  /** Clears everything shown. */
  clear(): void;
}

/**
 * @param useCode Fills in a code in the application.
 * @param changed Called after each change that other parts of the page show.
 */
export function createHandsetView(
  useCode: (code: string) => void,
  changed: () => Promise<void>,
): HandsetView {
  const inbox = find("inbox", HTMLOListElement);
  const empty = find("inbox-empty", HTMLElement);
  const form = find("reply-form", HTMLFormElement);
  const reply = find("reply", HTMLInputElement);
  const result = find("handset-result", HTMLElement);
  const oneAtATime = createOneAtATime();

  let owner: string | null = null;
  let lastText: string | undefined;
  const known = new Set<string>();

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    oneAtATime(form, async () => {
      const text = reply.value.trim();
      if (owner === null || lastText === undefined) {
        return say(result, "There is no text to reply to. Send a code by text first.", "bad");
      }
      if (text === "") {
        say(result, "Type a reply first.", "bad");
        return reply.focus();
      }
      say(result, "");
      const answer = await post<ControlAnswer>("/sandbox/handset/reply", { number: owner, text });
      const fault = faultOf(answer);
      if (fault !== undefined) return say(result, fault, "bad");
      reply.value = "";
      append(`reply ${known.size}`, toBubble("mine", "You", new Date().toISOString(), text));
      sayDone(result, "Sent: Vonage passes the reply on to the Worker.");
      await changed();
    });
  });

  find("reply-code", HTMLButtonElement).addEventListener("click", () => {
    const code = findCode(lastText ?? "");
    if (code === undefined) return say(result, "No text with a code has arrived yet.", "bad");
    reply.value = code;
    reply.focus();
  });

  function append(key: string, item: HTMLLIElement): void {
    known.add(key);
    inbox.append(item);
    inbox.scrollTop = inbox.scrollHeight;
    empty.hidden = true;
  }

  function toCall(call: Shown["calls"][number]): HTMLLIElement {
    const item = toBubble("call", formatNumber(call.from), call.startedAt, "Incoming call");
    const answer = make("button", "", "Answer");
    answer.type = "button";
    answer.addEventListener("click", () =>
      oneAtATime(answer, async () => {
        const { number, uuid } = call;
        const told = await post<ControlAnswer>("/sandbox/handset/answer", { number, uuid });
        const fault = faultOf(told);
        if (fault !== undefined) return say(result, fault, "bad");
        const heard = told?.heard ?? "";
        const focused = hasFocus(item);
        const next = toUse(heard);
        answer.replaceWith(make("p", "heard", `“${heard}”`), ...next);
        if (focused) next[0]?.focus();
        sayDone(result, `Heard: ${heard}`);
        inbox.scrollTop = inbox.scrollHeight;
      }),
    );
    item.append(answer);
    return item;
  }

  /** Makes a button that fills in the code of a text in the application. */
  function toUse(text: string): HTMLButtonElement[] {
    const code = findCode(text);
    if (code === undefined) return [];
    const use = make("button", "plain", "Use this code");
    use.type = "button";
    use.addEventListener("click", () => useCode(code));
    return [use];
  }

  return {
    show: ({ number, messages, calls }) => {
      if (number !== owner) {
        forget();
        owner = number;
        setText(find("handset-number", HTMLElement), number === null ? "" : formatNumber(number));
      }
      lastText = messages.at(-1)?.text;
      const arrived = [
        ...messages.map((one) => ({ key: one.messageIds.join(), at: one.arrivedAt, one, call: undefined })),
        ...calls.map((call) => ({ key: call.uuid, at: call.startedAt, one: undefined, call })),
      ].sort((a, b) => a.at.localeCompare(b.at));
      for (const { key, one, call } of arrived) {
        if (known.has(key)) continue;
        if (call !== undefined) append(key, toCall(call));
        if (one === undefined) continue;
        const item = toBubble("theirs", formatNumber(one.from), one.arrivedAt, one.text);
        item.append(...toUse(one.text));
        append(key, item);
      }
    },
    clear: () => {
      forget();
      owner = null;
      reply.value = "";
      say(result, "");
    },
  };

  function forget(): void {
    known.clear();
    inbox.replaceChildren();
    lastText = undefined;
    empty.hidden = false;
  }
}

function toBubble(kind: string, who: string, at: string, text: string): HTMLLIElement {
  const time = make("time", "", new Date(at).toLocaleTimeString("en-GB"));
  time.dateTime = at;
  return make("li", kind, make("p", "who", who, " ", time), make("p", "text", text));
}
