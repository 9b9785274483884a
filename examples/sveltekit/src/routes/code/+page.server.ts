import { fail, redirect } from "@sveltejs/kit";
import { getSignIn, readSession, writeSession } from "../../lib/server/application.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async ({ cookies }) => {
  const { challenge } = await readSession(cookies);
  if (challenge === undefined) redirect(303, "/");
  // The challenge's id stays on the server.
  return { notice: challenge.notice };
};

export const actions: Actions = {
  check: async ({ cookies, request }) => {
    const { challenge } = await readSession(cookies);
    if (challenge === undefined) redirect(303, "/");
    const form = await request.formData();
    const checked = await getSignIn().checkCode(challenge, String(form.get("code") ?? ""));
    if ("message" in checked) return fail(422, checked);
    await writeSession(cookies, checked);
    redirect(303, "/");
  },

  resend: async ({ cookies, getClientAddress, request }) => {
    const { challenge } = await readSession(cookies);
    if (challenge === undefined) redirect(303, "/");
    const form = await request.formData();
    const channel = form.get("channel") === "voice" ? "voice" : "sms";
    const sent = await getSignIn().resendCode(challenge, channel, getClientAddress());
    if ("message" in sent) return fail(422, sent);
    await writeSession(cookies, sent);
    redirect(303, "/code");
  },
};
