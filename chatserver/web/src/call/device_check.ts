// Before one joins: see and hear oneself before anyone else does, and choose the devices.

import { html, nothing } from "lit";
import { PageElement } from "../parts/element.ts";
import { Times } from "../parts/format.ts";
import { icon } from "../parts/icons.ts";
import { Ticker } from "../parts/ticker.ts";
import { refusalWords } from "../sessions/session_words.ts";
import type { CallWords } from "../words/call/words.ts";
import type { Call } from "./call.ts";
import "./voice_level.ts";

const MINUTE = 60_000;

export class DeviceCheck extends PageElement {
  static override properties = {
    call: { attribute: false },
    words: { attribute: false },
    name: { attribute: false },
  };

  declare call: Call;
  declare words: CallWords;
  /** Of the other side. */
  declare name: string;
  #stop: (() => void) | undefined;
  #ticker: Ticker | undefined;
  #wasHeard = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = this.call.watch(() => this.requestUpdate());
    const { clock } = this.call.app.chats.chat;
    this.#ticker ??= new Ticker(this, clock, () => [new Date(this.#joinFrom).toISOString()]);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
  }

  get #joinFrom(): number {
    const { booking, joinMinutes } = this.call;
    return Date.parse(booking?.starts_at ?? "") - joinMinutes * MINUTE;
  }

  protected override render() {
    const { call, words, name } = this;
    const { devices, app } = call;
    const { check } = words;
    const isEarly = app.chats.chat.clock.now() < this.#joinFrom;
    const times = new Times(app.language, app.role === "member" ? call.talk?.view.zone : null);
    const isOff = devices.camera === null;
    return html`
      <div class="check" tabindex="0" role="region" aria-label=${check.title}>
        <div class="preview" aria-busy=${devices.isStarted ? "false" : "true"}>
          ${devices.preview
            ? html`
              <video class="face face--own" autoplay playsinline .muted=${true}
                .srcObject=${devices.preview}></video>
            `
            : html`<span class="preview__off">${icon("camoff")}</span>`}
          <p class="stage__name">${isOff ? check.unseen(name) : check.preview(name)}</p>
        </div>
        ${devices.problem && !(devices.camera && devices.microphone)
          ? html`<p role="alert">${check[devices.problem]}</p>`
          : nothing}
        ${this.#choice("videoinput", check.camera, devices.camera)}
        ${this.#choice("audioinput", check.microphone, devices.microphone)}
        <p class="row small">
          ${devices.microphone
            ? html`
              <voice-level .track=${devices.microphone} @heard=${this.#heard}></voice-level>
              <span role="status">${this.#wasHeard ? check.heard : check.speak}</span>
            `
            : html`${icon("micoff", "s")}<span>${check.silent}</span>`}
        </p>
        <p class="small check__quiet">${check.private}</p>
        ${isEarly ? html`<p id="early">${check.early(times.at(this.#joinFrom))}</p>` : nothing}
        ${call.refusal
          ? html`<p role="alert">${refusalWords(call.refusal, app.words)}</p>`
          : nothing}
        <div class="row">
          <button class="btn btn--primary check__join" type="button" aria-disabled=${isEarly
            ? "true"
            : nothing} aria-describedby=${isEarly ? "early" : nothing} @click=${() =>
            isEarly || this.#join()}>${words.join}</button>
          <button class="btn" type="button" aria-pressed=${String(isOff)}
            @click=${() => devices.show(isOff)}>${words.cameraOff}</button>
          ${devices.problem
            ? html`<button class="btn" type="button" @click=${() =>
              devices.start()}>${words.tryAgain}</button>`
            : nothing}
        </div>
      </div>
    `;
  }

  #choice(kind: "videoinput" | "audioinput", label: string, track: MediaStreamTrack | null) {
    const { devices } = this.call;
    const known = devices.of(kind);
    const chosen = track?.getSettings().deviceId;
    return html`
      <div class="field"><label for=${kind}>${label}</label>
        <select class="input" id=${kind} @change=${(event: Event) =>
          void devices.choose(kind, (event.target as HTMLSelectElement).value)}>
          ${track
            ? nothing
            : html`<option value="" selected disabled>${this.words.check.none}</option>`}
          ${known.map((each) =>
            html`<option value=${each.deviceId} .selected=${each.deviceId === chosen}>${
              each.label || label
            }</option>`
          )}
        </select></div>
    `;
  }

  readonly #heard = (): void => {
    this.#wasHeard = true;
    this.requestUpdate();
  };

  #join(): void {
    void this.call.join();
  }
}

customElements.define("device-check", DeviceCheck);
