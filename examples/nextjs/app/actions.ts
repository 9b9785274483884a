"use server";

import { redirect } from "next/navigation";
import { getSignIn, readAddress, readSession, writeSession } from "../lib/application.ts";

/** The state of a form after it was sent: a sentence if something is wrong. */
export interface Shown {
  readonly message?: string;
}

export async function sendCode(_: Shown, form: FormData): Promise<Shown> {
  const sent = await getSignIn().sendCode(String(form.get("number") ?? ""), await readAddress());
  if ("message" in sent) return sent;
  await writeSession(sent);
  redirect("/code");
}

export async function checkCode(_: Shown, form: FormData): Promise<Shown> {
  const { challenge } = await readSession();
  if (challenge === undefined) redirect("/");
  const checked = await getSignIn().checkCode(challenge, String(form.get("code") ?? ""));
  if ("message" in checked) return checked;
  await writeSession(checked);
  redirect("/");
}
