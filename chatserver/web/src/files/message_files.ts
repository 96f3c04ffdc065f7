// The files of one message: pictures small, voices to be heard, and what else there is to be kept.

import { html, nothing } from "lit";
import type { AttachmentView } from "../app/api_types.ts";
import { attempt } from "../app/attempt.ts";
import { saveFile } from "../app/save_file.ts";
import type { App } from "../app/start.ts";
import { PageElement } from "../parts/element.ts";
import { icon } from "../parts/icons.ts";
import { lengthWords, sizeWords } from "./file_words.ts";

/** Asked for together: what is drawn at once is one question. */
const MOST_ASKED = 50;
/** What could not be had is asked for again, each time later. */
const MOST_TRIES = 5;
const AGAIN_MS = 1_000;

/** What is known of files, by conversation and id; and pictures and voices as the page may show them. */
class Known {
  readonly #views = new Map<string, Promise<AttachmentView | undefined>>();
  readonly #contents = new Map<string, Promise<string>>();
  #waiting: {
    conversation: string;
    id: string;
    tell: (view: AttachmentView | undefined) => void;
  }[] = [];

  view(app: App, conversation: string, id: string): Promise<AttachmentView | undefined> {
    const name = `${conversation} ${id}`;
    let asked = this.#views.get(name);
    if (!asked) {
      asked = new Promise((tell) => {
        if (!this.#waiting.length) queueMicrotask(() => void this.#ask(app));
        this.#waiting.push({ conversation, id, tell });
      });
      this.#views.set(name, asked);
      void asked.then((view) => {
        // What could not be had now is asked for again when it is drawn again.
        if (view?.state !== "ready") this.#views.delete(name);
      });
    }
    return asked;
  }

  /** An address of this page's own, for as long as the page lives. */
  content(app: App, conversation: string, id: string, form: "file" | "thumbnail"): Promise<string> {
    const name = `${conversation} ${id} ${form}`;
    let asked = this.#contents.get(name);
    if (!asked) {
      asked = app.http.file(pathOf(conversation, id, form)).then(({ content }) =>
        URL.createObjectURL(content)
      );
      asked.catch(() => this.#contents.delete(name));
      this.#contents.set(name, asked);
    }
    return asked;
  }

  async #ask(app: App): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const conversation of new Set(waiting.map((each) => each.conversation))) {
      const here = waiting.filter((each) => each.conversation === conversation);
      for (let first = 0; first < here.length; first += MOST_ASKED) {
        const some = here.slice(first, first + MOST_ASKED);
        const ids = some.map((each) => each.id).join(",");
        const path = `/v1/conversations/${encodeURIComponent(conversation)}/attachments?ids=${ids}`;
        const found = await app.http.get<{ attachments: AttachmentView[] }>(path).catch(() => null);
        for (const { id, tell } of some) tell(found?.attachments.find((each) => each.id === id));
      }
    }
  }
}

function pathOf(conversation: string, id: string, form: "file" | "thumbnail"): string {
  return `/v1/attachments/${id}?conversation=${encodeURIComponent(conversation)}&form=${form}`;
}

const known = new Known();

export class MessageFiles extends PageElement {
  static override properties = {
    app: { attribute: false },
    conversation: { attribute: false },
    ids: { attribute: false },
  };

  declare app: App;
  declare conversation: string;
  declare ids: readonly string[];
  #views: (AttachmentView | undefined)[] = [];
  #small = new Map<string, string>();
  #voices = new Map<string, string>();
  #shown: AttachmentView | undefined;
  #large = "";
  #problem = "";
  #of = "";
  /** Whether what is not known of is not there. */
  #isSure = false;

  protected override willUpdate(): void {
    const of = `${this.conversation} ${this.ids.join()}`;
    if (of === this.#of) return;
    this.#of = of;
    void this.#load(of, 0);
  }

  async #load(of: string, tries: number): Promise<void> {
    const { app, conversation } = this;
    const views = await Promise.all(this.ids.map((id) => known.view(app, conversation, id)));
    if (of !== this.#of) return;
    this.#views = views;
    this.#isSure = views.every((each) => each) || tries >= MOST_TRIES;
    this.requestUpdate();
    if (!this.#isSure) {
      setTimeout(() => this.isConnected && void this.#load(of, tries + 1), AGAIN_MS * 2 ** tries);
    }
    for (const view of views) {
      if (!view?.width) continue;
      known.content(app, conversation, view.id, "thumbnail").then((address) => {
        this.#small.set(view.id, address);
        this.requestUpdate();
      }, () => {});
    }
  }

  protected override render() {
    return html`
      <ul class="files">${this.ids.map((id, index) =>
        html`<li>${this.#one(id, this.#views[index])}</li>`
      )}</ul>
      ${this.#shown ? this.#viewer(this.#shown) : nothing}
    `;
  }

  #one(id: string, view: AttachmentView | undefined) {
    const { files } = this.app.words;
    if (!view) {
      return html`<p class="small quiet">${this.#isSure ? files.gone : files.loading}</p>`;
    }
    if (view.width && view.height) {
      const address = this.#small.get(id);
      return html`
        <button class="files__picture" type="button" aria-label=${files.show(view.name)}
          @click=${() => this.#show(view)}>${address
            ? html`<img src=${address} alt="" width=${view.width} height=${view.height} />`
            : html`<span class="small quiet">${files.loading}</span>`}</button>
      `;
    }
    if (view.type.startsWith("audio/") && view.seconds !== null) {
      const address = this.#voices.get(id);
      return address
        ? html`<audio controls autoplay src=${address} aria-label=${files.voice}></audio>`
        : html`
          <button class="btn" type="button"
            @click=${() => this.#hear(view)}>${icon("mic", "s")}${files
              .play} <span class="quiet">${lengthWords(view.seconds)}</span></button>
        `;
    }
    return html`
      <button class="btn files__file" type="button"
        @click=${() => this.#save(view)}>${icon("file", "s")}<span class="attached__name">${view
          .name}</span>
        <span class="small quiet">${sizeWords(view.bytes, this.app.language)}</span></button>
    `;
  }

  #viewer(view: AttachmentView) {
    const { files, common } = this.app.words;
    return html`
      <dialog class="viewer" aria-label=${view.name} @close=${this.#hide}>
        <div class="viewer__bar">
          <button class="btn" type="button" @click=${() => this.#save(view)}>${files.save}</button>
          <button class="btn btn--icon" type="button" aria-label=${common.close}
            @click=${(event: Event) =>
              (event.currentTarget as HTMLElement).closest("dialog")?.close()}>${icon(
                "close",
              )}</button>
        </div>
        ${this.#problem ? html`<p class="problem" role="alert">${this.#problem}</p>` : nothing}
        <img src=${this.#large || this.#small.get(view.id) || ""} alt=${view.name} />
      </dialog>
    `;
  }

  async #show(view: AttachmentView): Promise<void> {
    this.#shown = view;
    this.#large = "";
    this.requestUpdate();
    await this.updateComplete;
    this.querySelector("dialog")?.showModal();
    await this.#try(async () => {
      const address = await known.content(this.app, this.conversation, view.id, "file");
      if (view === this.#shown) this.#large = address;
    });
  }

  readonly #hide = (): void => {
    this.#shown = undefined;
    this.requestUpdate();
  };

  async #hear(view: AttachmentView): Promise<void> {
    await this.#try(async () => {
      const address = await known.content(this.app, this.conversation, view.id, "file");
      this.#voices.set(view.id, address);
    });
    await this.updateComplete;
    this.querySelector("audio")?.focus();
  }

  async #save(view: AttachmentView): Promise<void> {
    await this.#try(() => saveFile(this.app.http, pathOf(this.conversation, view.id, "file")));
  }

  /** Over a picture that is shown large the page says nothing: what goes wrong stands beside it. */
  async #try(act: () => Promise<void>): Promise<void> {
    const { words } = this.app;
    this.#problem = "";
    if (this.#shown) {
      this.requestUpdate(); // What is there already is not spoken again.
      await act().catch(() => {
        this.#problem = words.common.failed;
      });
    } else await attempt(act, words);
    this.requestUpdate();
  }
}

customElements.define("message-files", MessageFiles);
