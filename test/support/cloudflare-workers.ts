// Replaces a module that only workerd has: enough to import the Worker in Node and call its fetch.

export class DurableObject {}
export class WorkerEntrypoint {}
export function waitUntil(): void {}
