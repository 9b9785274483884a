// A Worker that reads the body, makes one fetch with a deadline, and answers: the least that a proxy with any duty does.

export default {
  async fetch(request: Request, env: { VONAGE_BASE_URL: string }): Promise<Response> {
    const body = await request.text();
    const { status } = await fetch(env.VONAGE_BASE_URL + new URL(request.url).pathname, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body,
      signal: AbortSignal.timeout(4000),
    });
    return new Response(null, { status });
  },
};
