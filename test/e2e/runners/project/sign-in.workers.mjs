export const createSignIn = (twoFactor) => ({
  begin: async (phone) => {
    const { id } = await twoFactor.start({ to: phone, channel: "sms" });
    return id;
  },
  finish: async (id, code) => {
    const { verified } = await twoFactor.check(id, code);
    return verified;
  },
});
