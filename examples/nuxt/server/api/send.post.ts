export default defineEventHandler(async (event) => {
  // Behind your own proxy, pass { xForwardedFor: true }.
  const sent = await getSignIn().sendCode(await readText(event, "number"), getRequestIP(event));
  if ("message" in sent) return sent;
  await (await openSession(event)).update(sent);
  return {};
});
