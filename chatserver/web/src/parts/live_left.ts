// How long a live chat goes on, in the header of both sides: by the minute, in the last two by the second.

import { html, nothing } from "lit";
import type { App } from "../app/start.ts";
import type { Talk } from "../state/talk.ts";
import { PageElement } from "./element.ts";
import { Times } from "./format.ts";
import { type LiveStage, momentBetween, stageOf } from "./live_stage.ts";
import { Ticker } from "./ticker.ts";

/** From here on to the end seconds are shown. */
const LAST_MS = 120_000;

/** Tells what is to be spoken by the event `say`: its beginning, five minutes and one minute left, its end. */
export class LiveLeft extends PageElement {
  static override properties = { app: { attribute: false }, talk: { attribute: false } };

  declare app: App;
  declare talk: Talk;
  #shown: Talk | undefined;
  #unwatch: (() => void) | undefined;
  #ticker: Ticker | undefined;
  #stage: LiveStage | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    const { clock } = this.app.chats.chat;
    this.#ticker ??= new Ticker(this, clock, () => [this.talk.view.composer.live_until]);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unwatch?.();
    this.#shown = undefined;
  }

  protected override willUpdate(): void {
    if (this.talk === this.#shown) return;
    this.#unwatch?.();
    this.#shown = this.talk;
    this.#stage = undefined;
    this.#unwatch = this.talk.watch(() => this.requestUpdate());
  }

  /** In ms; null where none runs. */
  get #left(): number | null {
    const until = this.talk.view.composer.live_until;
    return until ? Date.parse(until) - this.app.chats.chat.clock.now() : null;
  }

  protected override render() {
    const left = this.#left;
    if (left === null) return nothing;
    const { words, language } = this.app;
    const times = new Times(language, this.talk.view.zone);
    const shown = left < LAST_MS ? times.countdown(left) : times.span(left);
    return html`
      <p
        class="bar__left"><b aria-hidden="true">${shown}</b><span aria-hidden="true">${words.live
          .left}</span><span
        class="vh">${words.live.leftOf(times.span(left))}</span></p>
    `;
  }

  protected override updated(): void {
    const before = this.#stage;
    this.#stage = stageOf(this.#left);
    const moment = before === undefined ? null : momentBetween(before, this.#stage);
    if (moment === null) return;
    const { words, language } = this.app;
    const { zone, composer } = this.talk.view;
    const until = composer.live_until ? Date.parse(composer.live_until) : 0;
    const said = moment === "began"
      ? words.live.began(new Times(language, zone).clock(until))
      : moment === "over"
      ? words.live.over
      : words.live.minutesLeft(moment);
    this.dispatchEvent(new CustomEvent("say", { detail: said, bubbles: true }));
  }
}

customElements.define("live-left", LiveLeft);
