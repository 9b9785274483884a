import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { readSession } from "../../lib/application.ts";
import { CodeForm, ResendForm } from "../forms.tsx";

export const metadata: Metadata = { title: "Enter the code" };

export default async function Page() {
  const { challenge } = await readSession();
  if (challenge === undefined) redirect("/");
  return (
    <>
      <h1>Enter the code</h1>
      <p>{challenge.notice}</p>
      <CodeForm />
      <ResendForm />
      <p>
        <a href="/">Use another number</a>
      </p>
    </>
  );
}
