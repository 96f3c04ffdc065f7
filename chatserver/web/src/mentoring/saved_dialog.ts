// For the mentor, beside the field: a saved text goes into the message, an exercise is given.

import { html, nothing, type TemplateResult } from "lit";
import type { LibraryView, SavedItemView } from "../app/api_types.ts";
import { memberName, mentorName } from "../app/names.ts";
import { Place } from "../app/place.ts";
import { icon } from "../parts/icons.ts";
import type { Talk } from "../state/talk.ts";
import type { MentoringWords } from "../words/mentoring/words.ts";
import { MentoringElement } from "./element.ts";
import { posted } from "./posting.ts";
import { foldersOf } from "./saved_folders.ts";

interface Offer {
  item: SavedItemView;
  isShared: boolean;
}

export class SavedDialog extends MentoringElement {
  #talk: Talk | undefined;
  #insert: (text: string) => void = () => {};
  #library: LibraryView | undefined;
  #search = "";
  #giving: Offer | undefined;
  /** Of the message that gives it: said again, it gives it once. */
  #id = "";
  #isUnderWay = false;
  #problem = "";

  /** Show what is saved; `insert` puts a text into the message. */
  async open(talk: Talk, insert: (text: string) => void): Promise<void> {
    this.#talk = talk;
    this.#insert = insert;
    this.#search = this.#problem = "";
    this.#giving = undefined;
    if (!await this.ready()) return;
    this.#pop?.showPopover();
    try {
      const path = `/v1/mentors/${encodeURIComponent(this.app.user)}/library`;
      this.#library = await this.app.http.get<LibraryView>(path);
    } catch {
      this.#problem = this.app.words.common.failed;
    }
    this.requestUpdate();
  }

  get #pop(): HTMLElement | null {
    return this.querySelector<HTMLElement>("[popover]");
  }

  protected override draw(says: MentoringWords) {
    const { words } = this.app;
    return html`
      <div class="pop" popover id="saved" role="dialog" aria-labelledby="saved-title">
        <h2 id="saved-title">${says.pick.title}</h2>
        <button class="btn btn--icon pop__close" type="button" popovertarget="saved"
          popovertargetaction="hide" aria-label=${words.common.close}>${icon("close")}</button>
        ${this.#problem ? html`<p role="alert">${this.#problem}</p>` : nothing}
        ${this.#giving ? this.#ask(this.#giving, says) : this.#list(says)}
      </div>
    `;
  }

  #list(says: MentoringWords) {
    if (!this.#library) {
      return html`<p class="quiet" aria-busy="true">${this.app.words.common.loading}</p>`;
    }
    const { own, shared } = this.#library;
    const fits = (each: SavedItemView) =>
      `${each.title} ${each.folder} ${each.body}`.toLocaleLowerCase().includes(
        this.#search.toLocaleLowerCase(),
      );
    const [mine, theirs] = [own.filter(fits), shared.filter(fits)];
    return html`
      <div class="stack">
        <p class="field"><label for="saved-search">${says.pick.search}</label><input class="input"
          id="saved-search" type="search" .value=${this.#search} @input=${this.#searched}></p>
        ${!mine.length && !theirs.length
          ? html`<p class="quiet" role="status">${
            own.length + shared.length ? says.pick.nothing : says.library.none
          }</p>`
          : nothing}
        ${this.#part(says.library.own, mine, false, says)}
        ${this.#part(says.library.shared, theirs, true, says)}
        <p><a class="btn btn--plain" href=${Place.link("library")} @click=${() =>
          this.#pop?.hidePopover()}>${says.pick.manage}</a></p>
      </div>
    `;
  }

  #part(title: string, items: readonly SavedItemView[], isShared: boolean, says: MentoringWords) {
    if (!items.length) return nothing;
    return html`
      <section class="stack" aria-label=${title}>
        <h3>${title}</h3>
        ${foldersOf(items).map((folder) =>
          html`${folder ? html`<h4>${folder}</h4>` : nothing}<ul class="requests">${
            items.filter((each) => each.folder === folder).map((item) =>
              html`<li>${this.#button({ item, isShared }, says)}</li>`
            )
          }</ul>`
        )}
      </section>
    `;
  }

  #button(offer: Offer, { pick, library }: MentoringWords): TemplateResult {
    const { item } = offer;
    return item.kind === "text"
      ? html`
        <button class="btn btn--wide" type="button" aria-label=${pick.insert(item.title)}
          @click=${() => this.#use(item)}>${item.title}</button>
      `
      : html`
        <button class="btn btn--wide" type="button" aria-label=${pick.give(item.title)}
          @click=${() => this.#choose(offer)}>${icon("pen", "s")}${item.title} <span
                class="quiet small">${library.questions(item.questions.length)}</span></button>
      `;
  }

  #ask({ item }: Offer, { pick, exercise }: MentoringWords) {
    const name = this.#talk ? memberName(this.#talk.view) : "";
    return html`
      <div class="stack">
        <p>${pick.giveAsk(item.title, name)}</p>
        ${item.body
          ? this.#filled(item.body).split(/\n{2,}/).map((each) => html`<p class="text">${each}</p>`)
          : nothing}
        <ol>${item.questions.map((each) =>
          html`<li>${each.text}${
            (each.days ?? 1) > 1
              ? html`
                <span class="quiet">(${exercise.day(1)}–${each.days})</span>
              `
              : nothing
          }</li>`
        )}</ol>
        <p class="pop__acts"><button class="btn btn--primary" type="button" aria-disabled=${this
            .#isUnderWay
          ? "true"
          : nothing} @click=${this.#give}>${pick.giveYes}</button><button class="btn"
          type="button" @click=${() => this.#choose(undefined)}>${this.app.words.common
            .back}</button></p>
      </div>
    `;
  }

  readonly #searched = (event: Event): void => {
    this.#search = (event.target as HTMLInputElement).value;
    this.requestUpdate();
  };

  #filled(text: string): string {
    const view = this.#talk!.view;
    return text.replaceAll("{name}", memberName(view)).replaceAll("{mentor}", mentorName(view));
  }

  #use(item: SavedItemView): void {
    this.#pop?.hidePopover();
    this.#insert(this.#filled(item.body));
  }

  #choose(offer: Offer | undefined): void {
    this.#giving = offer;
    this.#id = crypto.randomUUID();
    this.#problem = "";
    this.requestUpdate();
  }

  readonly #give = async (): Promise<void> => {
    if (!this.#giving || !this.#talk || this.#isUnderWay) return;
    const { item, isShared } = this.#giving;
    this.#isUnderWay = true;
    this.requestUpdate();
    const answer = await posted(this.app.chats.chat, {
      type: "give",
      conversation: this.#talk.view.id,
      id: this.#id,
      item: item.id,
      shared: isShared,
    });
    this.#isUnderWay = false;
    if (answer.type === "accepted") {
      this.#giving = undefined;
      this.#pop?.hidePopover();
      this.say(this.says!.pick.given(item.title));
    } else {
      this.#problem = this.says!.pick.refused;
    }
    this.requestUpdate();
  };
}

customElements.define("saved-dialog", SavedDialog);
