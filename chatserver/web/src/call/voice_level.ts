// How loud the microphone hears: five bars, for the eye alone. Once it has heard somebody it says so by the event `heard`.

import { html } from "lit";
import { PageElement } from "../parts/element.ts";

const BARS = 5;
const LOOK_MS = 100;
/** Quieter than that is a silent room. */
const HEARD = 0.02;

export class VoiceLevel extends PageElement {
  static override properties = { track: { attribute: false } };

  declare track: MediaStreamTrack | null;
  #listened: MediaStreamTrack | null = null;
  #context: AudioContext | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #on = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  protected override willUpdate(): void {
    if (this.track === this.#listened) return;
    this.#stop();
    if (this.track) this.#listen(this.track);
  }

  #listen(track: MediaStreamTrack): void {
    this.#listened = track;
    const context = new AudioContext();
    this.#context = context;
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const loudest = samples.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
      const on = loudest < HEARD ? 0 : Math.min(BARS, 1 + Math.floor(loudest * 2 * BARS));
      if (on > 0 && this.#on === 0) this.dispatchEvent(new CustomEvent("heard"));
      if (on !== this.#on) {
        this.#on = on;
        this.requestUpdate();
      }
    }, LOOK_MS);
  }

  #stop(): void {
    clearInterval(this.#timer);
    void this.#context?.close().catch(() => {});
    this.#context = undefined;
    this.#listened = null;
    this.#on = 0;
  }

  protected override render() {
    return html`
      <span class="level" aria-hidden="true">${Array.from(
        { length: BARS },
        (_, bar) => html`<i class=${bar < this.#on ? "on" : ""}></i>`,
      )}</span>
    `;
  }
}

customElements.define("voice-level", VoiceLevel);
