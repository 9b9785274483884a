export default defineEventHandler(async (event) => {
  const session = await openSession(event);
  const { challenge } = session.data;
  if (challenge === undefined) return { message: "That code is too old. Ask for a new code." };
  const checked = await getSignIn().checkCode(challenge, await readText(event, "code"));
  if ("message" in checked) return checked;
  await session.update({ user: checked.user, challenge: undefined });
  return {};
});
