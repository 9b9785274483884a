import { readSession } from "../lib/application.ts";
import { NumberForm } from "./forms.tsx";

export default async function Page() {
  const { user } = await readSession();
  if (user === undefined) {
    return (
      <>
        <h1>Sign in</h1>
        <NumberForm />
      </>
    );
  }
  return (
    <>
      <h1>Welcome</h1>
      <p>You are signed in as {user}.</p>
      <form method="post" action="/sign-out">
        <button type="submit">Sign out</button>
      </form>
    </>
  );
}
