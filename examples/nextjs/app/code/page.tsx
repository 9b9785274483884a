import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { readSession } from "../../lib/application.ts";
import { CodeForm } from "../forms.tsx";

export const metadata: Metadata = { title: "Enter the code" };

export default async function Page() {
  const { challenge } = await readSession();
  if (challenge === undefined) redirect("/");
  return (
    <>
      <h1>Enter the code</h1>
      <p>We sent a code to {challenge.number}.</p>
      <CodeForm />
      <p>
        <a href="/">Use another number, or get a new code</a>
      </p>
    </>
  );
}
