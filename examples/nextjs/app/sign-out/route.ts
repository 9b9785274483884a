import { writeSession } from "../../lib/application.ts";

export async function POST(): Promise<Response> {
  await writeSession({});
  return new Response(null, { status: 303, headers: { location: "/" } });
}
