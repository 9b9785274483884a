// The application under test: two steps of a sign-in. CommonJS, since all of the runners can load that.

exports.createSignIn = (twoFactor) => ({
  begin: async (phone) => {
    const { id } = await twoFactor.start({ to: phone, channel: "sms" });
    return id;
  },
  finish: async (id, code) => {
    const { verified } = await twoFactor.check(id, code);
    return verified;
  },
});
