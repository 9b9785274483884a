/** The part of the session for the pages; never the challenge's id. */
export default defineEventHandler(async (event) => {
  const { challenge, user } = (await openSession(event)).data;
  return { user, notice: challenge?.notice };
});
