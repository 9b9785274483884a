import { text } from "../shared/validation.ts";

/** A proxy key, as a caller of the Worker holds it. */
export const proxyKeySchema = text("a proxy key", /^[\w~-]{1,200}$/);
