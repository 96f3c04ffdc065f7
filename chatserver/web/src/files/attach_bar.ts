// What is to go with a message: chosen, dropped, pasted or spoken, and how far it is on its way.

import { html, nothing } from "lit";
import type { App } from "../app/start.ts";
import { PageElement } from "../parts/element.ts";
import { icon } from "../parts/icons.ts";
import { lengthWords, sizeWords } from "./file_words.ts";
import { type Upload, Uploads } from "./uploads.ts";
import { MOST_SECONDS, VoiceRecorder } from "./voice.ts";

/** Says `attached` when there is more or less that can be sent, `settled` when one need not be asked any more. */
export class AttachBar extends PageElement {
  static override properties = {
    app: { attribute: false },
    conversation: { attribute: false },
    open: { attribute: false },
  };

  declare app: App;
  declare conversation: string;
  /** Whether one is asked what to attach. */
  declare open: boolean;
  #uploads: Uploads | undefined;
  #of = "";
  #recorder: VoiceRecorder | undefined;
  #tick: ReturnType<typeof setInterval> | undefined;
  #fault = "";

  protected override willUpdate(): void {
    if (this.#of === this.conversation) return;
    this.#dropVoice();
    this.#of = this.conversation;
    this.#uploads = new Uploads(this.app, this.conversation);
    this.#uploads.watch(() => {
      this.requestUpdate();
      this.dispatchEvent(new CustomEvent("attached", { bubbles: true }));
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#dropVoice();
  }

  /** The ids of what can be sent now. */
  get ready(): string[] {
    return this.#uploads?.ready ?? [];
  }

  get isBusy(): boolean {
    return this.#uploads?.isBusy ?? false;
  }

  get hasFailed(): boolean {
    return this.#uploads?.all.some((each) => each.state === "failed") ?? false;
  }

  add(files: Iterable<File>): void {
    this.#fault = "";
    for (const each of files) this.#uploads?.add(each, each.name);
    this.requestUpdate();
  }

  sent(ids: readonly string[]): void {
    this.#uploads?.clear(ids);
  }

  bringBack(ids: readonly string[]): void {
    void this.#uploads?.bringBack(ids);
  }

  protected override render() {
    const { files } = this.app.words;
    const all = this.#uploads?.all ?? [];
    return html`
      ${this.open && !this.#recorder
        ? html`
          <div class="attach" role="group" aria-label=${files.attach}>
            <label class="btn">${icon("file", "s")}${files.choose}
              <input class="vh" type="file" multiple @change=${this.#chosen} />
            </label>
            ${"MediaRecorder" in window
              ? html`<button class="btn" type="button" @click=${this.#record}>${
                icon("mic", "s")
              }${files.voice}</button>`
              : nothing}
          </div>
        `
        : nothing}
      ${this.#recorder ? this.#recording(this.#recorder) : nothing}
      ${this.#fault ? html`<p class="small" role="alert">${this.#fault}</p>` : nothing}
      ${all.length
        ? html`<ul class="attached" aria-label=${files.attached}>${
          all.map((each) => this.#one(each))
        }</ul>`
        : nothing}
    `;
  }

  #recording(recorder: VoiceRecorder) {
    const { files } = this.app.words;
    return html`
      <div class="attach" role="group" aria-label=${files.voice}>
        <span>${icon("mic", "s")}${files.recording} ${lengthWords(recorder.seconds)}</span>
        <button class="btn btn--primary" type="button" @click=${this.#stop}>${files.stop}</button>
        <button class="btn" type="button" @click=${this.#dropped}>${files.drop}</button>
      </div>
    `;
  }

  #one(upload: Upload) {
    const { files } = this.app.words;
    const label = upload.seconds === undefined ? upload.name : files.voice;
    const more = upload.seconds === undefined
      ? sizeWords(upload.size, this.app.language)
      : lengthWords(upload.seconds);
    return html`
      <li class="attached__one">
        <span class="attached__name">${label}</span>
        <span class="small quiet">${upload.state === "failed"
          ? files.problems[upload.reason as keyof typeof files.problems] ?? files.problems.gone
          : upload.state === "checking"
          ? files.checking
          : more}</span>
        ${upload.state === "sending"
          ? html`<progress max="1" .value=${upload.part} aria-label=${
            files.sending(label)
          }></progress>`
          : nothing}
        ${upload.state === "failed" && upload.reason === "gone"
          ? html`<button class="btn btn--plain small" type="button" @click=${() =>
            this.#uploads?.again(upload)}>${files.again}</button>`
          : nothing}
        <button class="btn btn--icon" type="button" aria-label=${files.remove(label)}
          @click=${() => this.#uploads?.remove(upload)}>${icon("close", "s")}</button>
      </li>
    `;
  }

  readonly #chosen = (event: Event): void => {
    const input = event.currentTarget as HTMLInputElement;
    const files = [...input.files ?? []];
    input.value = "";
    if (!files.length) return;
    this.add(files);
    this.#settle();
  };

  readonly #record = async (): Promise<void> => {
    this.#fault = "";
    try {
      this.#recorder = await VoiceRecorder.start();
    } catch {
      this.#fault = this.app.words.files.noMicrophone;
      this.requestUpdate();
      return;
    }
    this.#tick = setInterval(() => {
      if ((this.#recorder?.seconds ?? 0) >= MOST_SECONDS) void this.#stop();
      this.requestUpdate();
    }, 1000);
    this.requestUpdate();
    await this.updateComplete;
    this.querySelector<HTMLElement>(".attach .btn--primary")?.focus();
  };

  readonly #stop = async (): Promise<void> => {
    const recorder = this.#recorder;
    if (!recorder) return;
    this.#recorder = undefined;
    clearInterval(this.#tick);
    const { content, seconds, name } = await recorder.stop();
    this.#uploads?.add(content, name, seconds);
    this.requestUpdate();
    this.#settle();
  };

  readonly #dropped = (): void => {
    this.#dropVoice();
    this.requestUpdate();
    this.#settle();
  };

  #settle(): void {
    this.dispatchEvent(new CustomEvent("settled", { bubbles: true }));
  }

  #dropVoice(): void {
    clearInterval(this.#tick);
    this.#recorder?.drop();
    this.#recorder = undefined;
  }
}

customElements.define("attach-bar", AttachBar);
