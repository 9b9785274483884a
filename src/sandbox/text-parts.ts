export { splitText, type TextEncoding, toGsm } from "../shared/text-parts.ts";
