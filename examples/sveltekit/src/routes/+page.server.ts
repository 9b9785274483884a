import { fail, redirect } from "@sveltejs/kit";
import { getSignIn, readSession, writeSession } from "../lib/server/application.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async ({ cookies }) => {
  const { user } = await readSession(cookies);
  return { user };
};

export const actions: Actions = {
  default: async ({ cookies, getClientAddress, request }) => {
    const form = await request.formData();
    const typed = String(form.get("number") ?? "");
    const sent = await getSignIn().sendCode(typed, getClientAddress());
    if ("message" in sent) return fail(422, { ...sent, typed });
    await writeSession(cookies, sent);
    redirect(303, "/code");
  },
};
