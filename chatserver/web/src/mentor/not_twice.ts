// Members to whom one has written on fewer days of this week than their plan asks for.

import { html, nothing } from "lit";
import type { WrittenDays } from "../app/api_types.ts";
import { Place } from "../app/place.ts";
import type { App } from "../app/start.ts";
import { PageElement } from "../parts/element.ts";
import { Times } from "../parts/format.ts";
import { planName } from "../parts/plan_name.ts";
import { type OwnDays, ownDaysOf } from "./own_days.ts";

const DAY = 86_400_000;
/** So many are shown; the rest is counted. */
const MOST = 8;
const MOST_FRAMES = 30;

export class NotTwice extends PageElement {
  static override properties = { app: { attribute: false } };

  declare app: App;
  #days: OwnDays | undefined;
  #stop: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#days = ownDaysOf(this.app);
    this.#stop = this.#days.watch(() => this.requestUpdate());
    this.#days.want();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
  }

  protected override render() {
    const { words } = this.app;
    const behind = this.#days?.behind ?? [];
    if (!behind.length) return nothing;
    const plans = [...new Set(behind.map((each) => planName(each.plan)))].join(", ");
    const more = behind.length - MOST;
    return html`
      <section class="card" aria-labelledby="not-twice">
        <h2 id="not-twice">${words.ownDays.title(
          Math.max(...behind.map((each) => each.asked)),
        )}</h2>
        <p class="small quiet">${plans}. ${words.ownDays.reminder}</p>
        <ul class="list">${behind.slice(0, MOST).map((each) => this.#row(each))}</ul>
        ${more > 0 ? html`<p class="small quiet">${words.ownDays.more(more)}</p>` : nothing}
      </section>
    `;
  }

  #row(each: WrittenDays) {
    const { words, language } = this.app;
    const name = this.#days?.name(each.member) ?? each.member;
    const times = new Times(language, "UTC");
    // A day as such, which is the same in every zone.
    const days = each.days.map((day) => times.weekday(Date.parse(day) + DAY / 2));
    return html`<li><span><strong>${name}</strong><br><span class="quiet">${
      words.ownDays.written(each.days.length, each.asked)
    }${
      days.length ? `: ${times.list(days)}` : nothing
    }</span></span><button class="btn" type="button"
      aria-label=${words.ownDays.writeTo(name)}
      @click=${() => write(each.conversation)}>${words.ownDays.write}</button></li>`;
  }
}

/** Open it, and go to its field. */
function write(conversation: string): void {
  location.hash = Place.link("conversations", conversation);
  const field = () => document.getElementById(`text-${conversation}`);
  // It is there a frame or two later.
  const look = (frames: number) => {
    const found = field();
    if (found) found.focus();
    else if (frames) requestAnimationFrame(() => look(frames - 1));
  };
  look(MOST_FRAMES);
}

customElements.define("not-twice", NotTwice);
