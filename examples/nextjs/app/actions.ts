"use server";

import { redirect } from "next/navigation";
import { getSignIn, readAddress, readSession, writeSession } from "../lib/application.ts";

/** The state of a form after it was sent: a sentence if something is wrong, and what the user typed. */
export interface Shown {
  readonly message?: string;
  readonly typed?: string;
}

export async function sendCode(_: Shown, form: FormData): Promise<Shown> {
  const typed = String(form.get("number") ?? "");
  const sent = await getSignIn().sendCode(typed, await readAddress());
  if ("message" in sent) return { ...sent, typed };
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

export async function resendCode(_: Shown, form: FormData): Promise<Shown> {
  const { challenge } = await readSession();
  if (challenge === undefined) redirect("/");
  const channel = form.get("channel") === "voice" ? "voice" : "sms";
  const sent = await getSignIn().resendCode(challenge, channel, await readAddress());
  if ("message" in sent) return sent;
  await writeSession(sent);
  redirect("/code");
}
