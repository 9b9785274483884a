// A browser without scripts: it reads a page, fills its form in, presses a button, and keeps cookies.

export interface FormVisitor {
  /** The text that the page shows. */
  text(): string;
  open(path: string): Promise<void>;
  /** Fills in the fields that it names, and presses the button with this text. */
  press(button: string, fields?: Readonly<Record<string, string>>): Promise<void>;
}

export function createFormVisitor(origin: string): FormVisitor {
  const cookies = new Map<string, string>();
  let path = "/";
  let html = "";

  async function load(init: RequestInit): Promise<void> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(origin + path, { ...init, headers: { cookie, origin }, redirect: "error" });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    html = await answer.text();
    if (!answer.ok) throw new Error(`${init.method} ${path}: ${answer.status}\n${html}`);
  }

  return {
    text: () =>
      decode(
        html
          .replace(/<(script|style|template)\b.*?<\/\1>/gs, "")
          .replace(/<!--.*?-->|<[^>]*>/gs, "")
          .replace(/\s+/g, " "),
      ),
    async open(to) {
      path = to;
      await load({ method: "GET" });
    },
    async press(button, fields = {}) {
      const [form = ""] = /<form\b.*?<\/form>/s.exec(html) ?? [];
      const body = new FormData();
      for (const [tag] of form.matchAll(/<input\b[^>]*>/g)) {
        const name = attribute(tag, "name");
        if (name !== "") body.set(name, fields[name] ?? attribute(tag, "value"));
      }
      for (const name of Object.keys(fields)) {
        if (!body.has(name)) throw new Error(`there is no field "${name}" on: ${html}`);
      }
      const pressed = [...form.matchAll(/(<button\b[^>]*>)(.*?)<\/button>/gs)].find(
        ([, , text = ""]) => text.trim() === button,
      );
      if (pressed === undefined) throw new Error(`there is no button "${button}" on: ${html}`);
      const [, tag = ""] = pressed;
      body.set(attribute(tag, "name"), attribute(tag, "value"));
      await load({ method: "POST", body });
    },
  };
}

const attribute = (tag: string, name: string): string =>
  decode(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? "");

const decode = (text: string): string =>
  text.replaceAll("&quot;", '"').replaceAll("&#x27;", "'").replaceAll("&lt;", "<").replaceAll("&amp;", "&");
