import { useState } from "preact/hooks";

interface Props {
  readonly isRefused: boolean;
  readonly onKey: (key: string) => void;
}

/** Asks for the admin key. It stays in this page's memory: a reload asks again. */
export function SignIn({ isRefused, onKey }: Props) {
  const [key, setKey] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    if (key.trim() !== "") onKey(key.trim());
  };
  return (
    <main class="sign-in">
      <form onSubmit={submit}>
        <h1>Conversion console</h1>
        <p class="quiet">
          Which routes deliver your codes, and which only say so. Sign in with an admin key of this Worker (
          <code>ADMIN_KEYS</code>).
        </p>
        <label for="key">Admin key</label>
        <input
          id="key"
          type="password"
          autocomplete="off"
          spellcheck={false}
          autofocus
          aria-invalid={isRefused}
          aria-describedby="key-note"
          value={key}
          onInput={(event) => setKey(event.currentTarget.value)}
        />
        <p id="key-note" class={isRefused ? "fault" : "quiet"} role={isRefused ? "alert" : undefined}>
          {isRefused
            ? "The Worker does not accept this key. Use the part after the colon of an entry in ADMIN_KEYS."
            : "The key stays in the memory of this page. A reload asks for it again."}
        </p>
        <button type="submit" class="button primary">
          Open the console
        </button>
      </form>
    </main>
  );
}
