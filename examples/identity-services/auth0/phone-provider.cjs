// The Action of the trigger custom-phone-provider: Branding > Phone Provider > Custom, delivery method Text. Its secrets
// are SERVER_URL, such as https://hooks.shop.example, and AUTH0_ACTION_KEY.

exports.onExecuteCustomPhoneProvider = async (event, api) => {
  const { notification, secrets, user } = event;
  const { code, delivery_method: method, locale, recipient } = notification;
  // Notices, such as of a blocked account, have no code: they are no 2FA traffic, and nobody answers them.
  if (!code || method !== "text")
    return api.notification.drop("This provider sends only codes, and only as text.");

  const users = [`auth0:${recipient.replace(/\D/g, "")}`];
  if (user?.user_id) users.push(`auth0:${user.user_id}`);
  const body = JSON.stringify({ to: recipient, code, locale: locale?.replace("_", "-"), users });
  const headers = { authorization: `Bearer ${secrets.AUTH0_ACTION_KEY}`, "content-type": "application/json" };
  let status;
  try {
    ({ status } = await fetch(`${secrets.SERVER_URL}/auth0/send`, { method: "POST", headers, body }));
  } catch {
    // The text may be on its way, so it is not sent again.
    return api.notification.drop("The server did not answer.");
  }
  if (status === 503) return api.notification.retry("Vonage takes no messages now.");
  if (status !== 200) return api.notification.drop(`The server answered ${status}.`);
};
