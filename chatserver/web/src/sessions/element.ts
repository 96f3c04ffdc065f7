// What the parts about one conversation's sessions share: they ask for these, and are drawn again when they change.

import { PageElement } from "../parts/element.ts";
import { Times } from "../parts/format.ts";
import type { Sessions } from "./sessions.ts";

export abstract class SessionsElement extends PageElement {
  static override properties: Record<string, { attribute: boolean }> = {
    sessions: { attribute: false },
  };

  declare sessions: Sessions;
  #watched: Sessions | undefined;
  #stop: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
    this.#watched = undefined;
  }

  protected override willUpdate(): void {
    if (this.sessions === this.#watched) return;
    this.#stop?.();
    this.#watched = this.sessions;
    this.#stop = this.sessions?.watch(() => this.requestUpdate());
    if (this.sessions) this.want();
  }

  /** Ask for what is shown. */
  protected want(): void {
    this.sessions.want();
  }

  protected get now(): number {
    return this.sessions.app.chats.chat.clock.now();
  }

  /** Members have times where their conversation is, mentors where they are. */
  protected get times(): Times {
    const { app, talk } = this.sessions;
    return new Times(app.language, app.role === "member" ? talk.view.zone : null);
  }

  /** What is to be spoken, by whoever speaks on this page. */
  protected say(text: string): void {
    this.dispatchEvent(new CustomEvent("say", { detail: text, bubbles: true }));
  }
}
