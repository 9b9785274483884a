import { redirect } from "@sveltejs/kit";
import { writeSession } from "../../lib/server/application.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = () => redirect(303, "/");

export const actions: Actions = {
  default: async ({ cookies }) => {
    await writeSession(cookies, {});
    redirect(303, "/");
  },
};
