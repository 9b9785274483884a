// The least that a proxying Worker can do: one fetch that forwards body and headers.

export default {
  fetch(request: Request, env: { VONAGE_BASE_URL: string }): Promise<Response> {
    return fetch(new Request(env.VONAGE_BASE_URL + new URL(request.url).pathname, request));
  },
};
