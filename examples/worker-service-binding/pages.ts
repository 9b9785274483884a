// The pages in plain HTML. They need no script.

export const numberPage = (message?: string): string =>
  page(
    "Sign in",
    `${alert(message)}
    <form method="post" action="/">
      <label for="number">Phone number</label>
      <input id="number" name="number" type="tel" autocomplete="tel" required aria-describedby="hint">
      <p id="hint">A mobile number, such as 07400 123456 or +44 7400 123456.</p>
      <button>Send code</button>
    </form>`,
  );

export const codePage = (number: string, message?: string): string =>
  page(
    "Enter the code",
    `<p>We sent a code to ${toText(number)}.</p>
    ${alert(message)}
    <form method="post" action="/code">
      <label for="code">Code</label>
      <input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required>
      <button>Sign in</button>
    </form>
    <p><a href="/">Use another number, or get a new code</a></p>`,
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
  </head>
  <body>
    <main>
    <h1>${title}</h1>
    ${content}
    </main>
  </body>
</html>
`;
