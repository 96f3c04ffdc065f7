// What a lock offers beside its numbers: an urgent note, and all of the numbers, larger, where what was written suggests
// danger to life. That is seen here, on the device: nobody is told, and nothing is kept.

import { html, nothing, type PropertyValues } from "lit";
import type { HelpView } from "../app/api_types.ts";
import type { Http } from "../app/http.ts";
import type { App } from "../app/start.ts";
import type { Talk } from "../state/talk.ts";
import { suggestsDanger } from "./danger.ts";
import { PageElement } from "./element.ts";
import { lineCards } from "./help_dialog.ts";
import { icon } from "./icons.ts";

/** Characters of a note. */
const MOST = 500;

/** What the server's policy has: asked once, when somebody types in a locked field. */
const asked = new WeakMap<Http, Promise<readonly string[]>>();

export class LockHelp extends PageElement {
  static override properties = {
    app: { attribute: false },
    talk: { attribute: false },
    text: { attribute: false },
  };

  declare app: App;
  declare talk: Talk;
  /** What stands in the field and cannot be sent. */
  declare text: string;
  #phrases: readonly string[] = [];
  #isDanger = false;
  #isWriting = false;
  #isBusy = false;
  /** What became of the last one; '' for nothing. */
  #said = "";
  /** Of the note that is being written: the same again writes nothing twice. */
  #id = "";

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("talk")) this.#stop("");
    if (this.text.trim() && !this.#phrases.length) void this.#ask();
    const before = this.#isDanger;
    this.#isDanger = suggestsDanger(this.text, this.#phrases);
    this.classList.toggle("danger", this.#showsDanger);
    if (this.#isDanger && !before) this.#say(this.app.words.urgent.danger);
  }

  async #ask(): Promise<void> {
    const { http } = this.app;
    try {
      const answer = asked.get(http) ?? http.get<HelpView>("/v1/help").then(({ danger }) => danger);
      asked.set(http, answer);
      this.#phrases = await answer;
      this.requestUpdate();
    } catch {
      asked.delete(http); // It is asked for again with the next letter.
    }
  }

  protected override render() {
    const { words } = this.app;
    const { help, urgent_note } = this.talk.view.composer;
    return html`
      ${this.#showsDanger
        ? html`
          <section class="strip strip--danger" aria-label=${words.help.title}>${icon("help")}<div>
            <p><strong>${words.urgent.danger}</strong> ${words.urgent.dangerMore}</p>
            ${lineCards(help ?? [], words)}
          </div></section>
        `
        : nothing}
      ${this.#isWriting ? this.#form() : nothing}
      ${urgent_note && !this.#isWriting
        ? html`<p class="urgent__offer"><button class="btn btn--help small" type="button"
          @click=${this.#begin}>${words.urgent.offer}</button></p>`
        : nothing}
      ${this.#said
        ? html`<p class="urgent__offer small" role="status" tabindex="-1">${this.#said}</p>`
        : nothing}
    `;
  }

  #form() {
    const { words } = this.app;
    const { id } = this.talk.view;
    return html`
      <div class="urgent" role="group" aria-label=${words.urgent.offer}>
        <p class="small" id="urgent-lead-${id}">${words.urgent.lead}</p>
        <label for="urgent-${id}">${words.urgent.label}</label>
        <textarea class="input" id="urgent-${id}" rows="3" maxlength=${MOST}
          aria-describedby="urgent-lead-${id}" @keydown=${this.#key}></textarea>
        <p class="strip__more">
          <button class="btn btn--primary" type="button" aria-disabled=${this.#isBusy
            ? "true"
            : nothing}
            @click=${this.#send}>${words.urgent.send}</button>
          <button class="btn" type="button" @click=${this.#leave}>${words.urgent.leave}</button>
        </p>
      </div>
    `;
  }

  /** While a note is written there is room for the smaller numbers only. */
  get #showsDanger(): boolean {
    return this.#isDanger && !this.#isWriting;
  }

  get #field(): HTMLTextAreaElement | null {
    return this.querySelector("textarea");
  }

  readonly #begin = async (): Promise<void> => {
    this.#isWriting = true;
    this.#said = "";
    this.#id = crypto.randomUUID();
    this.requestUpdate();
    await this.updateComplete;
    const field = this.#field;
    if (!field) return;
    // Whoever wrote of danger need not write it once more.
    if (this.#isDanger && [...this.text].length <= MOST) field.value = this.text.trim();
    field.focus();
  };

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.stopPropagation();
    this.#leave();
  };

  readonly #leave = (): void => {
    this.#stop("");
    void this.updateComplete.then(() => this.querySelector<HTMLElement>("button")?.focus());
  };

  readonly #send = async (): Promise<void> => {
    const { talk } = this;
    const body = this.#field?.value.trim() ?? "";
    if (!body || this.#isBusy) return;
    this.#isBusy = true;
    this.requestUpdate();
    const outcome = await talk.note(body, this.#id);
    this.#isBusy = false;
    if (talk !== this.talk) return;
    const { urgent } = this.app.words;
    if (outcome === "sent" || outcome === "note_sent") {
      this.#stop(outcome === "sent" ? urgent.sent : urgent.already);
      void this.updateComplete.then(() =>
        this.querySelector<HTMLElement>("[role=status]")?.focus()
      );
      if (outcome === "sent" && this.text.trim() === body) this.#taken();
    } else if (outcome === "not_locked") {
      this.#stop(urgent.isOpen);
    } else {
      this.#said = urgent.notSent;
      this.requestUpdate();
    }
  };

  #stop(said: string): void {
    this.#isWriting = false;
    this.#isBusy = false;
    this.#said = said;
    this.requestUpdate();
  }

  /** What stood in the field has gone with the note. */
  #taken(): void {
    this.dispatchEvent(new CustomEvent("noted", { bubbles: true }));
  }

  #say(said: string): void {
    this.dispatchEvent(new CustomEvent("say", { detail: said, bubbles: true }));
  }
}

customElements.define("lock-help", LockHelp);
