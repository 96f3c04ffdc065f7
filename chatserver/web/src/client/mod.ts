// The client as a package: all that an app of one's own needs to talk to the server. Packed by `make package`.

export { Chat, ChatError } from "./chat.ts";
export type { ChatEvents, ChatOptions, ChatState, EndReason } from "./chat.ts";
export { ServerClock } from "./clock.ts";
export { DeviceOutbox, MemoryOutbox } from "./outbox.ts";
export type { OutboxStore, Unsent } from "./outbox.ts";
export * from "./protocol.ts";
