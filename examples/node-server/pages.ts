// The pages in plain HTML. They need no script.

import { STYLE } from "./style.ts";

/** @param typed What the user typed, so that they can correct it. */
export const numberPage = (message?: string, typed = ""): string =>
  page(
    "Sign in",
    `${alert(message)}
    <form method="post" action="/">
      <label for="number">Phone number</label>
      <input id="number" name="number" type="tel" autocomplete="tel" required aria-describedby="hint"
        value="${toText(typed)}">
      <p id="hint">A mobile number, such as 07400 123456 or +44 7400 123456.</p>
      <button>Send code</button>
    </form>`,
  );

/** @param notice Where the code is. */
export const codePage = (notice: string, message?: string): string =>
  page(
    "Enter the code",
    `<p>${toText(notice)}</p>
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

export const welcomePage = (user: string): string =>
  page(
    "Welcome",
    `<p>You are signed in as ${toText(user)}.</p>
    <form method="post" action="/sign-out"><button>Sign out</button></form>`,
  );

const alert = (message?: string) => (message === undefined ? "" : `<p role="alert">${toText(message)}</p>`);

const toText = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);

const page = (title: string, content: string) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    <style>${STYLE}</style>
  </head>
  <body>
    <main>
    <h1>${title}</h1>
    ${content}
    </main>
  </body>
</html>
`;
