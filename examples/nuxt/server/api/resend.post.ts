export default defineEventHandler(async (event) => {
  const session = await openSession(event);
  const { challenge } = session.data;
  if (challenge === undefined) return { message: "That code is too old. Ask for a new code." };
  const channel = (await readText(event, "channel")) === "voice" ? "voice" : "sms";
  // Behind your own proxy, pass { xForwardedFor: true }.
  const sent = await getSignIn().resendCode(challenge, channel, getRequestIP(event));
  if ("message" in sent) return sent;
  await session.update(sent);
  return {};
});
