"use client";

// The forms. They also work without scripts.

import { useActionState } from "react";
import { checkCode, resendCode, sendCode } from "./actions.ts";

export function NumberForm() {
  const [{ message, typed = "" }, action, isPending] = useActionState(sendCode, {});
  return (
    <form action={action}>
      {message && <p role="alert">{message}</p>}
      <label htmlFor="number">Phone number</label>
      <input
        id="number"
        name="number"
        type="tel"
        autoComplete="tel"
        required
        aria-describedby="hint"
        defaultValue={typed}
      />
      <p id="hint">A mobile number, such as 07400 123456 or +44 7400 123456.</p>
      <button type="submit" disabled={isPending}>
        Send code
      </button>
    </form>
  );
}

export function CodeForm() {
  const [{ message }, action, isPending] = useActionState(checkCode, {});
  return (
    <form action={action}>
      {message && <p role="alert">{message}</p>}
      <label htmlFor="code">Code</label>
      <input id="code" name="code" inputMode="numeric" autoComplete="one-time-code" required />
      <button type="submit" disabled={isPending}>
        Sign in
      </button>
    </form>
  );
}

export function ResendForm() {
  const [{ message }, action, isPending] = useActionState(resendCode, {});
  return (
    <>
      {message && <p role="alert">{message}</p>}
      <form className="other" action={action}>
        <button type="submit" name="channel" value="sms" disabled={isPending}>
          Send a new code
        </button>
        <button type="submit" name="channel" value="voice" disabled={isPending}>
          Call me instead
        </button>
      </form>
    </>
  );
}
