// In Node, in place of the module that only workerd has: enough to import the Worker and call its fetch.

export class DurableObject {}
export class WorkerEntrypoint {}
export function waitUntil(): void {}
