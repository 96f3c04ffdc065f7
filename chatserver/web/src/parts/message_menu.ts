// What can be done with a message: react, answer, edit, take back, copy. Loaded when it is first opened.

import { html, nothing } from "lit";
import { announcer } from "../app/attempt.ts";
import type { App } from "../app/start.ts";
import type { Message } from "../client/protocol.ts";
import { reactionOf } from "../state/changes.ts";
import type { Talk } from "../state/talk.ts";
import { changeFault } from "./change_fault.ts";
import { PageElement } from "./element.ts";
import { icon } from "./icons.ts";

const EMOJI = ["👍", "❤️", "😊", "🙏", "💪", "😢"];
const MINUTE = 60_000;
/** As the server has it. */
const DELETE_MS = 24 * 60 * MINUTE;

/** Tells by `answering` that what is written next answers the message, by `report` that support is to hear of it. */
export class MessageMenu extends PageElement {
  static override properties = { app: { attribute: false }, canReport: { attribute: false } };

  declare app: App;
  declare canReport: boolean | undefined;
  #talk: Talk | undefined;
  #message: Message | undefined;
  #shows: "menu" | "edit" | "delete" = "menu";
  #problem = "";
  #isBusy = false;

  /** Show it for a message, beside the button that asked for it. */
  async open(talk: Talk, message: Message, button: HTMLElement): Promise<void> {
    [this.#talk, this.#message, this.#shows, this.#problem] = [talk, message, "menu", ""];
    this.requestUpdate();
    await this.updateComplete;
    const menu = this.#menu;
    menu.showPopover();
    place(menu, button);
    menu.querySelector<HTMLElement>("button")?.focus();
  }

  get #menu(): HTMLElement {
    return this.querySelector<HTMLElement>("[popover]")!;
  }

  protected override render() {
    const words = this.app.words.message;
    const title = this.#shows === "edit" ? words.editTitle : words.menu;
    return html`
      <div class="message-menu" popover role="dialog" aria-label=${title} @keydown=${this
        .#key}>
        ${this.#message ? this.#content(this.#message) : nothing}
        ${this.#problem ? html`<p class="problem" role="alert">${this.#problem}</p>` : nothing}
      </div>
    `;
  }

  #content(message: Message) {
    switch (this.#shows) {
      case "menu":
        return this.#choices(message);
      case "edit":
        return this.#editing(message);
      case "delete":
        return this.#asking();
    }
  }

  #choices(message: Message) {
    const { words, user, chats } = this.app;
    const own = reactionOf(message, user);
    const age = chats.chat.clock.now() - Date.parse(message.at);
    const isMine = message.from === user && !message.urgent;
    return html`
      <div class="emoji" role="group" aria-label=${words.message.react}>${EMOJI.map((each) =>
        html`
          <button
            class="emoji__one"
            type="button"
            aria-pressed=${own === each ? "true" : "false"}
            @click=${() => this.#do((talk) => talk.react(message, own === each ? null : each))}
          >${each}</button>
        `
      )}</div>
      <ul class="menu__lines">
        <li><button type="button" @click=${this.#answer}>${icon("return", "s")} ${words.message
          .answer}</button></li>
        ${message.from === user || !this.canReport
          ? nothing
          : html`<li><button type="button" @click=${this.#report}>${
            icon("mail", "s")
          } ${words.message.report}</button></li>`}
        ${isMine && age < chats.editMinutes * MINUTE && (message.body || hasFiles(message)) &&
            !message.exercise
          ? html`<li><button type="button" @click=${() => this.#show("edit")}>${
            icon("pen", "s")
          } ${words.message.edit}</button></li>`
          : nothing}
        ${isMine && age < DELETE_MS
          ? html`<li><button type="button" @click=${() => this.#show("delete")}>${
            icon("close", "s")
          } ${words.message.delete}</button></li>`
          : nothing}
      </ul>
    `;
  }

  #editing(message: Message) {
    const words = this.app.words.message;
    return html`
      <form class="message-menu__edit" @submit=${this.#edited}>
        <label class="label" for="edited-text">${words.editTitle}</label>
        <textarea class="input" id="edited-text" name="text" rows="4" .value=${message
          .body}></textarea>
        <div class="message-menu__do">
          <button class="btn" type="button" @click=${this.#close}>${words.cancel}</button>
          <button class="btn btn--primary" type="submit">${words.save}</button>
        </div>
      </form>
    `;
  }

  #asking() {
    const words = this.app.words.message;
    return html`
      <p>${words.deleteAsk}</p>
      <div class="message-menu__do">
        <button class="btn" type="button" @click=${this.#close}>${words.keep}</button>
        <button class="btn btn--primary" type="button" @click=${this.#delete}>${words
          .delete}</button>
      </div>
    `;
  }

  async #show(what: "edit" | "delete"): Promise<void> {
    this.#shows = what;
    this.requestUpdate();
    await this.updateComplete;
    this.#menu.querySelector<HTMLElement>("textarea, button")?.focus();
  }

  readonly #answer = (): void => {
    if (this.#message) this.#talk?.answer(this.#message);
    this.#close();
    this.dispatchEvent(new CustomEvent("answering", { bubbles: true }));
  };

  readonly #report = (): void => {
    this.#close();
    this.dispatchEvent(new CustomEvent("report", { detail: this.#message, bubbles: true }));
  };

  readonly #edited = (event: Event): void => {
    event.preventDefault();
    const typed = this.querySelector("textarea")!.value;
    const message = this.#message;
    const text = typed.trim() ? typed : "";
    if (!message || !(text || hasFiles(message))) return;
    if (text === message.body) return this.#close();
    void this.#do((talk) => talk.edit(message, text));
  };

  readonly #delete = (): void => {
    if (this.#message) void this.#takeBack(this.#message);
  };

  /** The button that asked goes with the text: its row has the focus then. */
  async #takeBack(message: Message): Promise<void> {
    if (!await this.#do((talk) => talk.delete(message))) return;
    const row = this.parentElement?.querySelector<HTMLElement>(`li[data-seq="${message.seq}"]`);
    if (!row) return;
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
  }

  /** Whether it was done. Where it cannot be it says why, and what was typed stays. */
  async #do(act: (talk: Talk) => Promise<void>): Promise<boolean> {
    if (!this.#talk || this.#isBusy) return false;
    this.#isBusy = true;
    this.#problem = "";
    this.requestUpdate(); // What is there already is not spoken again.
    try {
      await act(this.#talk);
      announcer()?.hide();
      this.#close();
      return true;
    } catch (fault) {
      this.#problem = changeFault(fault, this.app.words);
      this.requestUpdate();
      return false;
    } finally {
      this.#isBusy = false;
    }
  }

  readonly #close = (): void => this.#menu.hidePopover();

  /** Arrows go from one button to the next. */
  readonly #key = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step || event.target instanceof HTMLTextAreaElement) return;
    const buttons = [...this.querySelectorAll<HTMLElement>("button")];
    const now = buttons.indexOf(event.target as HTMLElement);
    buttons[(now + step + buttons.length) % buttons.length]?.focus();
    event.preventDefault();
  };
}

/** Whether it stands by its files, also without a text. */
function hasFiles({ attachments }: Message): boolean {
  return Boolean(attachments?.length);
}

/** Below the button, or above it where there is no room; never beyond the window. */
function place(menu: HTMLElement, button: HTMLElement): void {
  const [at, size] = [button.getBoundingClientRect(), menu.getBoundingClientRect()];
  const below = at.bottom + size.height < innerHeight;
  const top = below ? at.bottom : Math.max(0, at.top - size.height);
  const left = Math.min(Math.max(0, at.right - size.width), innerWidth - size.width);
  menu.style.setProperty("--menu-top", `${top}px`);
  menu.style.setProperty("--menu-left", `${left}px`);
}

customElements.define("message-menu", MessageMenu);
