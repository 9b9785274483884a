// The page. Once the backend has accepted the code, the page reports the message, with a token for that message only.

import { createConversionClient } from "vonage-conversion";

/** The answers of the backend. */
interface Sent {
  readonly endpoint: string;
  readonly token: string;
  readonly messageId: string;
}
interface Refused {
  readonly message: string;
}

const find = (selector: string): HTMLElement => {
  const element = document.querySelector<HTMLElement>(selector);
  if (element === null) throw new Error(`The page lacks ${selector}.`);
  return element;
};
const [numberForm, codeForm] = [find("#number-form"), find("#code-form")];
let sent: Sent | undefined;

on(numberForm, async (fields) => {
  const answer = await post<Sent>("/api/send", fields);
  if ("message" in answer) return answer.message;
  sent = answer;
  say(`We sent a code to ${fields.get("number")}.`);
  codeForm.hidden = false;
  find("#send").textContent = "Send a new code";
  find("#code").focus();
});

on(codeForm, async (fields) => {
  const answer = await post<{ readonly user: string }>("/api/check", fields);
  if ("message" in answer) return answer.message;
  if (sent !== undefined) report(sent);
  numberForm.hidden = codeForm.hidden = true;
  say(`You are signed in as ${answer.user}.`);
});

/** Not awaited. The report is sent even if the user leaves the page at once. */
function report({ endpoint, token, messageId }: Sent): void {
  const client = createConversionClient({ endpoint, token });
  client.sms({ messageId, delivered: true }).catch((error) => console.warn(String(error)));
}

/** @param act Returns a sentence if something is wrong. */
function on(form: HTMLElement, act: (fields: FormData) => Promise<string | undefined>): void {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    find("#alert").textContent = "";
    const wrong = await act(new FormData(form as HTMLFormElement)).catch(
      () => "We could not be reached. Check your connection and try again.",
    );
    if (wrong !== undefined) find("#alert").textContent = wrong;
  });
}

function say(text: string): void {
  find("#status").textContent = text;
}

async function post<Good>(path: string, fields: FormData): Promise<Good | Refused> {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(Object.fromEntries(fields)),
  });
  return (await response.json()) as Good | Refused;
}
