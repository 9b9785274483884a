// An Action of the trigger post-login. It tells the server that a code was entered. Its secrets are those of
// phone-provider.cjs.

exports.onExecutePostLogin = async (event) => {
  const { authentication, secrets, user } = event;
  const methods = authentication?.methods ?? [];
  // A session that goes on has the methods of its beginning: the time tells which message they can belong to.
  const times = methods
    .filter(({ name }) => name === "sms" || name === "phone" || name === "mfa")
    .map(({ timestamp }) => Date.parse(timestamp));
  if (times.length === 0) return;

  const users = [`auth0:${user.user_id}`];
  if (user.phone_number) users.push(`auth0:${user.phone_number.replace(/\D/g, "")}`);
  const body = JSON.stringify({ users, at: Math.max(...times) });
  const headers = { authorization: `Bearer ${secrets.AUTH0_ACTION_KEY}`, "content-type": "application/json" };
  const signal = AbortSignal.timeout(2000);
  // A report must never stop a sign-in.
  await fetch(`${secrets.SERVER_URL}/auth0/signed-in`, { method: "POST", headers, body, signal }).catch(
    () => {},
  );
};
