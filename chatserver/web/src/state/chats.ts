// All conversations of whoever is signed in, as the server tells of them.

import { Chat, type ChatState, type EndReason } from "../client/chat.ts";
import type { AnyEvent, ConversationView, Message, Welcome } from "../client/protocol.ts";
import { Store } from "../parts/element.ts";
import { Talk } from "./talk.ts";

export class Chats extends Store {
  readonly chat: Chat;
  readonly user: string;
  readonly #talks = new Map<string, Talk>();
  #unreadNotices = 0;
  #ended: EndReason | undefined;
  #greeted = false;

  constructor(chat: Chat, user: string) {
    super();
    this.chat = chat;
    this.user = user;
    chat.on("event", (event) => this.#take(event));
    chat.on("state", () => this.changed());
    chat.on("outbox", () => {
      for (const each of this.#talks.values()) each.outboxChanged();
    });
    chat.on("ended", (reason) => {
      this.#ended = reason;
      this.changed();
    });
  }

  get state(): ChatState {
    return this.chat.state;
  }

  /** Why it ended for good; undefined while it goes on. */
  get ended(): EndReason | undefined {
    return this.#ended;
  }

  /** Whether the server has said which conversations there are. */
  get isKnown(): boolean {
    return this.#greeted;
  }

  get talks(): readonly Talk[] {
    return [...this.#talks.values()];
  }

  talk(id: string): Talk | undefined {
    return this.#talks.get(id);
  }

  get unreadNotices(): number {
    return this.#unreadNotices;
  }

  /** A conversation as the device last saw it, until the server tells of it. */
  remember(view: ConversationView, messages: readonly Message[]): void {
    if (this.#talks.has(view.id)) return;
    const talk = new Talk(this.chat, this.user, view);
    talk.remember(messages);
    this.#talks.set(view.id, talk);
    this.changed();
  }

  #take(event: AnyEvent): void {
    switch (event.type) {
      case "welcome":
        this.#greeted = true;
        this.#forget(event);
        for (const view of event.conversations) this.#meet(view);
        this.#unreadNotices = event.notices?.unread ?? this.#unreadNotices;
        this.changed();
        return;
      case "notice":
      case "notices":
      case "notices_read":
        this.#unreadNotices = event.unread;
        this.changed();
        return;
      case "conversation":
        this.#meet(event.conversation);
        this.changed();
        return;
      case "following":
        this.#meet(event.conversation);
        this.changed();
        return;
      case "unfollowed":
        // Whoever stood in for a mentor has it no longer.
        this.#talks.delete(event.conversation);
        this.changed();
        return;
    }
    if ("conversation" in event && typeof event.conversation === "string") {
      this.#talks.get(event.conversation)?.take(event);
    }
  }

  /** What a member's welcome does not name is theirs no longer. */
  #forget({ role, conversations }: Welcome): void {
    if (role !== "member") return;
    const named = new Set(conversations.map((each) => each.id));
    for (const [id, talk] of this.#talks) {
      if (!talk.isSure && !named.has(id)) this.#talks.delete(id);
    }
  }

  #meet(view: ConversationView): void {
    const known = this.#talks.get(view.id);
    if (known) known.take({ type: "conversation", conversation: view });
    else this.#talks.set(view.id, new Talk(this.chat, this.user, view));
  }
}
