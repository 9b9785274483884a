export default defineEventHandler(async (event) => {
  await (await openSession(event)).clear();
  return {};
});
