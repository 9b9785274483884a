/** The headers of a JSON body. */
export const JSON_HEADERS = { "content-type": "application/json" } as const;
