// The files of a reported message that its case keeps: opened one by one, as the history says who opened which.

import { html, nothing } from "lit";
import type { SealedFile } from "../app/api_types.ts";
import { saveFile } from "../app/save_file.ts";
import { lengthWords, sizeWords } from "../files/file_words.ts";
import { PageElement } from "../parts/element.ts";
import { icon } from "../parts/icons.ts";
import type { Desk } from "./desk.ts";

export class EvidenceFiles extends PageElement {
  static override properties = {
    desk: { attribute: false },
    ref: { attribute: false },
    files: { attribute: false },
  };

  declare desk: Desk;
  /** The case's id. */
  declare ref: string;
  declare files: readonly SealedFile[];
  /** Addresses of this page's own, by the files' ids, of pictures to be seen and voices to be heard. */
  #opened = new Map<string, string>();

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const address of this.#opened.values()) URL.revokeObjectURL(address);
    this.#opened.clear();
  }

  protected override render() {
    return html`<ul class="files">${
      this.files.map((each) => html`<li>${this.#one(each)}</li>`)
    }</ul>`;
  }

  #one(file: SealedFile) {
    const { files } = this.desk.app.words;
    const address = this.#opened.get(file.id);
    if (file.type.startsWith("audio/") && file.seconds !== null) {
      return address
        ? html`<audio controls src=${address} aria-label=${files.voice}></audio>`
        : html`
          <button class="btn" type="button"
            @click=${() => void this.#hear(file)}>${icon("mic", "s")}${files
              .play} <span class="quiet">${lengthWords(file.seconds)}</span></button>
        `;
    }
    const size = sizeWords(file.bytes, this.desk.app.language);
    if (file.width === null) {
      return html`
        <button class="btn files__file" type="button"
          @click=${() => void this.#save(file)}>${icon(
            "file",
            "s",
          )}<span class="attached__name">${file
            .name}</span> <span class="small quiet">${size}</span></button>
      `;
    }
    return html`
      <button class="btn files__file" type="button" aria-expanded=${address ? "true" : "false"}
        @click=${() => void this.#look(file)}>${icon(
          "file",
          "s",
        )}<span class="attached__name">${files.show(
          file.name,
        )}</span> <span class="small quiet">${size}</span></button>${address
          ? html`<span class="files__picture"><img src=${address} alt=${file.name} /></span>`
          : nothing}
    `;
  }

  /** Show the picture, or put it away again. */
  async #look(file: SealedFile): Promise<void> {
    const address = this.#opened.get(file.id);
    if (!address) return await this.#open(file);
    URL.revokeObjectURL(address);
    this.#opened.delete(file.id);
    this.requestUpdate();
  }

  async #hear(file: SealedFile): Promise<void> {
    await this.#open(file);
    await this.updateComplete;
    this.querySelector("audio")?.focus();
  }

  async #open(file: SealedFile): Promise<void> {
    await this.#read(async () => {
      const { content } = await this.desk.app.http.file(this.#path(file));
      if (!this.isConnected) return;
      this.#opened.set(file.id, URL.createObjectURL(content));
      this.requestUpdate();
    });
  }

  async #save(file: SealedFile): Promise<void> {
    await this.#read(() => saveFile(this.desk.app.http, this.#path(file)));
  }

  async #read(read: () => Promise<void>): Promise<void> {
    try {
      await read();
    } catch {
      const detail = this.desk.app.words.common.failed;
      this.dispatchEvent(new CustomEvent("say", { detail, bubbles: true }));
      return;
    }
    this.dispatchEvent(new CustomEvent("opened", { bubbles: true }));
  }

  #path(file: SealedFile): string {
    const [ref, id] = [this.ref, file.id].map(encodeURIComponent);
    return `/v1/cases/${ref}/evidence/${id}`;
  }
}

customElements.define("evidence-files", EvidenceFiles);
