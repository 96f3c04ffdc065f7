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
  #editMinutes = 0;
  #ended: EndReason | undefined;
  #greeted = false;
  /** The last one that the list has given since the welcome, and whether there are more. */
  #listed: { last: string | null; more: boolean } = { last: null, more: false };
  /** What the server has named since the welcome. */
  readonly #named = new Set<string>();
  #loading: Promise<void> | undefined;

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

  /** Whether there are conversations that were not asked for yet. */
  get more(): boolean {
    return this.#listed.more;
  }

  /** Ask for the next page of the list. */
  loadMore(): Promise<void> {
    return this.#loading ??= this.#loadMore().finally(() => {
      this.#loading = undefined;
    });
  }

  async #loadMore(): Promise<void> {
    const listed = this.#listed;
    if (!listed.more) return;
    const page = await this.chat.conversations(listed.last);
    // After another welcome the list begins anew.
    if (this.#listed === listed) {
      this.#list(page);
      if (!page.more) this.#forget();
    }
    this.changed();
  }

  /** Ask for pages until a conversation has been told of since the welcome, where it is one of the person's. */
  find(id: string): Promise<void> {
    return this.#loadUntil(() => this.#named.has(id));
  }

  async #loadUntil(holds: () => boolean): Promise<void> {
    while (this.#listed.more && !holds()) await this.loadMore();
  }

  get talks(): readonly Talk[] {
    return [...this.#talks.values()];
  }

  talk(id: string): Talk | undefined {
    return this.#talks.get(id);
  }

  /** For how many minutes one may edit one's own message; 0: never, and until the server has said it. */
  get editMinutes(): number {
    return this.#editMinutes;
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
        this.#unreadNotices = event.notices?.unread ?? this.#unreadNotices;
        this.#editMinutes = event.edit_minutes;
        this.#welcome(event);
        this.changed();
        return;
      case "conversations":
        for (const view of event.conversations) this.#meet(view);
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

  /** What the server told before of those beyond the first page may be old: it is asked for again. */
  #welcome(welcome: Welcome): void {
    this.#named.clear();
    this.#listed = { last: null, more: false };
    for (const view of welcome.conversations) this.#meet(view);
    this.#list(welcome);
    if (welcome.role === "support") return;
    if (!welcome.more) this.#forget();
    const known = this.talks.filter((each) => each.isSure).map((each) => each.view.id);
    void this.#loadUntil(() => known.every((id) => this.#named.has(id))).catch(() => {});
  }

  #list({ conversations, more }: Pick<Welcome, "conversations" | "more">): void {
    this.#listed = { last: conversations.at(-1)?.id ?? this.#listed.last, more };
  }

  /** What the whole list does not name is theirs no longer. */
  #forget(): void {
    for (const id of this.#talks.keys()) if (!this.#named.has(id)) this.#talks.delete(id);
  }

  #meet(view: ConversationView): void {
    this.#named.add(view.id);
    const known = this.#talks.get(view.id);
    if (known) known.take({ type: "conversation", conversation: view });
    else this.#talks.set(view.id, new Talk(this.chat, this.user, view));
  }
}
