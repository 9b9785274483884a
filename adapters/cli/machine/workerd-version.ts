/** The version of workerd that the tests run. An older one refuses the compatibility date. */
export const WORKERD_VERSION = "1.20261102.1";
