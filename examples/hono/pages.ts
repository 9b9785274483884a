// The pages. `html` escapes the values put into it. They need no script.

import { html, raw } from "hono/html";
import { STYLE } from "./style.ts";

type Html = ReturnType<typeof html>;

/** @param typed What the user typed, so that they can correct it. */
export const numberPage = (message?: string, typed = ""): Html =>
  page(
    "Sign in",
    html`${alert(message)}
    <form method="post" action="/">
      <label for="number">Phone number</label>
      <input id="number" name="number" type="tel" autocomplete="tel" required aria-describedby="hint"
        value="${typed}">
      <p id="hint">A mobile number, such as 07400 123456 or +44 7400 123456.</p>
      <button>Send code</button>
    </form>`,
  );

/** @param notice Where the code is. */
export const codePage = (notice: string, message?: string): Html =>
  page(
    "Enter the code",
    html`<p>${notice}</p>
    ${alert(message)}
    <form method="post" action="/code">
      <label for="code">Code</label>
      <input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required>
      <button>Sign in</button>
    </form>
    <form class="other" method="post" action="/resend">
      <button name="channel" value="sms">Send a new code</button>
      <button name="channel" value="voice">Call me instead</button>
    </form>
    <p><a href="/">Use another number</a></p>`,
  );

export const welcomePage = (user: string): Html =>
  page(
    "Welcome",
    html`<p>You are signed in as ${user}.</p>
    <form method="post" action="/sign-out"><button>Sign out</button></form>`,
  );

const alert = (message?: string) => (message === undefined ? "" : html`<p role="alert">${message}</p>`);

const page = (title: string, content: Html) => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    <style>${raw(STYLE)}</style>
  </head>
  <body>
    <main>
    <h1>${title}</h1>
    ${content}
    </main>
  </body>
</html>
`;
