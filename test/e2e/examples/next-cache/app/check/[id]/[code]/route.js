// Nothing here tells Next that the answer depends on the request, so Next 14 caches what fetch returns.

import { createTwoFactorClient } from "vonage-conversion/two-factor";

export async function GET(_, { params }) {
  const { id, code } = await params;
  const { VONAGE_CONVERSION_ENDPOINT: endpoint, VONAGE_CONVERSION_KEY: key } = process.env;
  return Response.json(await createTwoFactorClient({ endpoint, key }).check(id, code));
}
