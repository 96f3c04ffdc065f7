// Saved texts and exercises by folder: kept, changed and removed. A mentor's own, or those that all mentors share.

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { LibraryView, SavedItem, SavedItemView } from "../app/api_types.ts";
import { HttpProblem } from "../app/http.ts";
import type { MentoringWords } from "../words/mentoring/words.ts";
import { MentoringElement } from "./element.ts";
import "./item_form.ts";
import { foldersOf } from "./saved_folders.ts";

export class SavedLibrary extends MentoringElement {
  static override properties = {
    ...MentoringElement.properties,
    shared: { attribute: false },
  };

  /** Whether it is that of all mentors, which support keeps. */
  declare shared: boolean;
  #library: LibraryView | undefined;
  #editing: (Pick<SavedItemView, "kind"> & Partial<SavedItemView>) | undefined;
  #removing: SavedItemView | undefined;
  #problem = "";
  #said = "";

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  get #path(): string {
    return this.shared ? "/v1/library" : `/v1/mentors/${encodeURIComponent(this.app.user)}/library`;
  }

  async #load(): Promise<void> {
    try {
      this.#library = await this.app.http.get<LibraryView>(this.#path);
    } catch {
      this.#problem = this.app.words.common.failed;
    }
    this.requestUpdate();
  }

  protected override draw(says: MentoringWords) {
    const { library } = says;
    const items = this.shared ? this.#library?.shared : this.#library?.own;
    return html`
      <section class="card stack" aria-labelledby="library-title">
        <h2 id="library-title">${library.title}</h2>
        <p class="small quiet">${this.shared ? library.leadShared : library.lead}</p>
        ${this.#editing
          ? html`
            <saved-item-form .app=${this.app} .item=${this.#editing}
              .folders=${foldersOf(items ?? [])} .problem=${this.#problem}
              @done=${this.#done}></saved-item-form>
          `
          : html`
            <p class="row">
              <button class="btn" type="button" @click=${() =>
                this.#edit({ kind: "text" })}>${library
                .newText}</button>
              <button class="btn" type="button" @click=${() =>
                this.#edit({ kind: "exercise" })}>${library.newExercise}</button>
            </p>
            ${items?.length === 0
              ? html`<p class="quiet">${this.shared ? library.noneShared : library.none}</p>`
              : nothing}
            ${this.#folders(items ?? [], says)}
            ${this.#problem ? html`<p role="alert">${this.#problem}</p>` : nothing}
          `}
        <p role="status">${this.#said}</p>
      </section>
    `;
  }

  #folders(items: readonly SavedItemView[], says: MentoringWords) {
    return foldersOf(items).map((folder) =>
      html`
        <h3>${folder || says.library.noFolder}</h3>
        <ul class="list">${repeat(
          items.filter((each) => each.folder === folder),
          (each) => each.id,
          (each) => this.#row(each, says),
        )}</ul>
      `
    );
  }

  #row(item: SavedItemView, { library }: MentoringWords): TemplateResult {
    if (item === this.#removing) {
      return html`<li data-item=${item.id}><span>${
        library.removeAsk(item.title)
      }</span><span class="row"><button
        class="btn btn--grave" type="button" @click=${() =>
        this.#remove(
          item,
        )}>${library.removeYes}</button><button class="btn" type="button" @click=${() =>
        this.#ask(undefined)}>${this.app.words.common.back}</button></span></li>`;
    }
    const what = item.kind === "text"
      ? library.text
      : `${library.exercise}, ${library.questions(item.questions.length)}`;
    return html`
      <li
        data-item=${item.id}><span><strong>${item
          .title}</strong><br><span class="quiet">${what}</span></span
            ><span class="row"><button class="btn" type="button" aria-label=${library.edit(
              item.title,
            )}
            @click=${() => this.#edit(item)}>${library
              .change}</button><button class="btn" type="button"
            aria-label=${library.remove(item.title)} @click=${() => this.#ask(item)}>${library
              .removeYes}</button></span></li>
    `;
  }

  #edit(item: Pick<SavedItemView, "kind"> & Partial<SavedItemView>): void {
    this.#editing = item;
    this.#problem = this.#said = "";
    this.requestUpdate();
    void this.updateComplete.then(async () => {
      const form = this.querySelector("saved-item-form");
      await form?.updateComplete;
      form?.querySelector<HTMLElement>("#item-title")?.focus();
    });
  }

  #ask(item: SavedItemView | undefined): void {
    const asked = item ?? this.#removing;
    this.#removing = item;
    this.requestUpdate();
    this.#goOn(asked?.id);
  }

  /** At the first button of the item, else of all: the one that was pressed is gone. */
  #goOn(id: string | undefined): void {
    void this.updateComplete.then(() => {
      const row = id === undefined ? null : this.querySelector(`[data-item="${CSS.escape(id)}"]`);
      (row ?? this).querySelector<HTMLElement>("button")?.focus();
    });
  }

  readonly #done = async ({ detail }: CustomEvent<SavedItem | null>): Promise<void> => {
    const id = this.#editing?.id ?? crypto.randomUUID();
    if (detail && !await this.#try(() => this.app.http.put(`${this.#path}/${id}`, detail))) return;
    this.#editing = undefined;
    this.#problem = "";
    if (detail) {
      this.#said = this.says?.library.saved ?? "";
      await this.#load();
    }
    this.requestUpdate();
    this.#goOn(id);
  };

  async #remove(item: SavedItemView): Promise<void> {
    this.#removing = undefined;
    const path = `${this.#path}/${encodeURIComponent(item.id)}`;
    if (!await this.#try(() => this.app.http.delete(path))) return;
    this.#said = this.says?.library.removed ?? "";
    await this.#load();
    this.#goOn(undefined);
  }

  /** Whether it was done. */
  async #try(act: () => Promise<unknown>): Promise<boolean> {
    this.#problem = this.#said = "";
    try {
      await act();
      return true;
    } catch (fault) {
      const status = fault instanceof HttpProblem ? fault.problem.status : 0;
      const { library } = this.says!;
      this.#problem = status === 422
        ? library.wrong
        : status === 409
        ? library.full
        : this.app.words.common.failed;
      this.requestUpdate();
      return false;
    }
  }
}

customElements.define("saved-library", SavedLibrary);

declare global {
  interface HTMLElementTagNameMap {
    "saved-item-form": import("./item_form.ts").SavedItemForm;
  }
}
