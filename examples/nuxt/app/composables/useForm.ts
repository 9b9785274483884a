/** The state of a form: its value, and a sentence if something is wrong. */
export function useForm(path: string, then: () => unknown) {
  const message = ref<string>();
  const isPending = ref(false);

  async function submit(fields: Record<string, string> = {}): Promise<void> {
    isPending.value = true;
    message.value = undefined;
    try {
      const answer = await $fetch<{ message?: string }>(path, { method: "POST", body: fields });
      message.value = answer.message;
      if (answer.message === undefined) await then();
    } catch {
      message.value = "We could not be reached. Check your connection and try again.";
    } finally {
      isPending.value = false;
    }
  }

  return { message, isPending, submit };
}
