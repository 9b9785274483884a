export default defineEventHandler(async (event) => {
  const sent = await getSignIn().sendCode(await readText(event, "number"));
  if ("message" in sent) return sent;
  await (await openSession(event)).update(sent);
  return {};
});
