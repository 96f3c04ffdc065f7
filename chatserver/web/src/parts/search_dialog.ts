// Words to look for, and the messages that hold them, newest first. Tells the one that was chosen by `chosen`.

import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { nameIn } from "../app/names.ts";
import type { App } from "../app/start.ts";
import { ChatError } from "../client/chat.ts";
import type { FoundMessage } from "../client/protocol.ts";
import type { Talk } from "../state/talk.ts";
import { PageElement } from "./element.ts";
import { Times } from "./format.ts";
import { icon } from "./icons.ts";

/** How long nothing is typed before the server is asked. */
const PAUSE_MS = 250;
const MOST_CHARACTERS = 200;

export interface FoundPlace {
  conversation: string;
  seq: number;
}

type Answer = "none" | "looking" | "found" | "failed";

export class SearchDialog extends PageElement {
  static override properties = { app: { attribute: false }, talk: { attribute: false } };

  declare app: App;
  /** The conversation that is open. */
  declare talk: Talk | undefined;
  #query = "";
  #isNarrow = false;
  #answer: Answer = "none";
  #found: readonly FoundMessage[] = [];
  #next: string | null = null;
  #asked = 0;
  /** Conversations that were looked for in the list. */
  readonly #looked = new Set<string>();
  #pause: ReturnType<typeof setTimeout> | undefined;

  async open(): Promise<void> {
    await this.updateComplete;
    this.querySelector<HTMLElement>("[popover]")?.showPopover();
    this.querySelector<HTMLInputElement>("#search-words")?.select();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#pause);
    this.#asked += 1;
  }

  protected override render() {
    const { words } = this.app;
    const { search } = words;
    return html`
      <div class="pop pop--search" popover id="search" role="dialog" aria-labelledby="search-title"
        @keydown=${this.#pressed}>
        <h2 id="search-title">${this.#isOfSeveral ? search.inAll : search.title}</h2>
        <button
          class="btn btn--icon pop__close"
          type="button"
          popovertarget="search"
          popovertargetaction="hide"
          aria-label=${words.common.close}
        >${icon("close")}</button>
        <form class="stack" role="search" @submit=${this.#submitted}>
          <label class="vh" for="search-words">${search.label}</label>
          <input class="input" id="search-words" type="search" autofocus autocomplete="off"
            enterkeyhint="search" maxlength=${MOST_CHARACTERS} aria-describedby="search-hint"
            .value=${live(this.#query)} @input=${this.#typed}>
          <p class="small quiet" id="search-hint">${search.hint}</p>
          ${this.#isOfSeveral && this.talk
            ? html`<label class="check"><input type="checkbox" .checked=${live(this.#isNarrow)}
                @change=${this.#narrowed}>${search.only(this.#nameOf(this.talk))}</label>`
            : nothing}
        </form>
        <p class="small" role="status">${this.#status()}</p>
        <ol class="hits" aria-busy=${this.#answer === "looking" ? "true" : "false"}
          aria-label=${search.title}>${this.#found.map((each) => this.#hit(each))}</ol>
        ${this.#next
          ? html`<button class="btn btn--wide" type="button" @click=${this.#older}>${search.more}</button>`
          : nothing}
      </div>
    `;
  }

  get #isOfSeveral(): boolean {
    return this.app.chats.talks.length > 1;
  }

  #status(): string {
    const { search } = this.app.words;
    switch (this.#answer) {
      case "none":
        return "";
      case "looking":
        return search.looking;
      case "failed":
        return search.failed;
      case "found":
        return this.#found.length
          ? search.found(this.#found.length, this.#next !== null)
          : search.nothing;
    }
  }

  #hit(found: FoundMessage) {
    const { app } = this;
    const talk = app.chats.talk(found.conversation);
    if (!talk) this.#findOnce(found.conversation);
    const times = new Times(app.language, talk?.view.zone);
    const at = Date.parse(found.at);
    const writer = found.from === app.user
      ? app.words.common.you
      : talk
      ? nameIn(talk.view, found.from)
      : "";
    const beside = this.#isOfSeveral && talk && found.from === app.user
      ? `${this.#nameOf(talk)} · `
      : "";
    return html`
      <li><button class="hit" type="button" @click=${() => this.#choose(found)}>
        <span class="hit__head"><strong>${writer}</strong><time class="quiet" datetime=${found
          .at}>${beside}${times.day(at, app.chats.chat.clock.now())} ${times.clock(
            at,
          )}</time></span>
        <span class="hit__text">${found.snippet.map((piece, number) =>
          number % 2 ? html`<mark>${piece}</mark>` : piece
        )}</span>
      </button></li>
    `;
  }

  /** One that is not in the list at all, such as of whoever stood in, would be looked for without end. */
  #findOnce(conversation: string): void {
    if (this.#looked.has(conversation)) return;
    this.#looked.add(conversation);
    void this.app.chats.find(conversation).then(() => this.requestUpdate(), () => {});
  }

  /** Of the other side. */
  #nameOf({ view }: Talk): string {
    return nameIn(view, this.app.user === view.member ? view.mentor : view.member);
  }

  #choose({ conversation, seq }: FoundMessage): void {
    this.querySelector<HTMLElement>("[popover]")?.hidePopover();
    this.dispatchEvent(new CustomEvent<FoundPlace>("chosen", { detail: { conversation, seq } }));
  }

  /** Arrows lead from the field to what was found, and from one to the next. */
  readonly #pressed = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const target = event.target as HTMLElement;
    if (!step || event.isComposing || !target.matches("#search-words, .hit")) return;
    const places = [...this.querySelectorAll<HTMLElement>("#search-words, .hit")];
    event.preventDefault();
    places[places.indexOf(target) + step]?.focus();
  };

  readonly #typed = (event: Event): void => {
    this.#query = (event.currentTarget as HTMLInputElement).value;
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => void this.#look(), PAUSE_MS);
  };

  readonly #narrowed = (event: Event): void => {
    this.#isNarrow = (event.currentTarget as HTMLInputElement).checked;
    void this.#look();
  };

  readonly #submitted = (event: Event): void => {
    event.preventDefault();
    clearTimeout(this.#pause);
    void this.#look();
  };

  readonly #older = (): void => void this.#look(this.#next);

  async #look(before: string | null = null): Promise<void> {
    const asked = ++this.#asked;
    const query = this.#query.trim();
    const { chat } = this.app.chats;
    this.#answer = query ? "looking" : "none";
    this.#next = null;
    if (before === null && !query) this.#found = [];
    this.requestUpdate();
    if (!query) return;
    const conversation = this.#isNarrow && this.#isOfSeveral ? this.talk?.view.id ?? null : null;
    try {
      const page = await chat.search(query, conversation, before);
      if (asked !== this.#asked) return;
      this.#found = before === null ? page.found : [...this.#found, ...page.found];
      this.#next = page.next;
      this.#answer = "found";
    } catch (fault) {
      if (asked !== this.#asked || (fault instanceof ChatError && fault.code === "superseded")) {
        return;
      }
      this.#answer = "failed";
    }
    this.requestUpdate();
  }
}

customElements.define("search-dialog", SearchDialog);
