// Moving a session to another of the mentor's free times; it keeps its credit and its price.

import { html, nothing } from "lit";
import type { BookingView } from "../app/api_types.ts";
import { memberName, mentorName } from "../app/names.ts";
import { icon } from "../parts/icons.ts";
import { SessionsElement } from "./element.ts";
import "./other_time.ts";
import { refusalWords, serviceName, whenWords } from "./session_words.ts";
import "./slot_picker.ts";
import type { SlotPicker } from "./slot_picker.ts";

/** Only one stands on a page. */
export class MoveDialog extends SessionsElement {
  protected override want(): void {
    // Who opens it has asked.
  }

  #booking: BookingView | undefined;
  #chosen: number | undefined;
  /** Whether this person may still move it; undefined until the server has said so. */
  #isMovable: boolean | undefined;
  #problem = "";
  #from = 0;
  #isBusy = false;

  async open(booking: BookingView): Promise<void> {
    this.#booking = booking;
    this.#chosen = undefined;
    this.#isMovable = undefined;
    this.#problem = "";
    this.#from = this.now;
    this.requestUpdate();
    await this.updateComplete;
    this.#sheet?.showPopover();
    try {
      this.#isMovable = (await this.sessions.cancellation(booking.id)).movable;
    } catch (fault) {
      this.#problem = refusalWords(fault, this.sessions.app.words);
    }
    this.requestUpdate();
  }

  get #sheet(): HTMLElement | null {
    return this.querySelector<HTMLElement>("[popover]");
  }

  protected override render() {
    const { words, role } = this.sessions.app;
    const { view } = this.sessions.talk;
    const booking = this.#booking;
    const name = role === "member" ? mentorName(view) : memberName(view);
    const what = booking ? serviceName(booking.service, words).toLocaleLowerCase() : "";
    return html`
      <div class="pop pop--wide" popover id="move-session" role="dialog"
        aria-labelledby="move-title">
        <h2 id="move-title">${words.sessions.moveTitle(what)}</h2>
        <button class="btn btn--icon pop__close" type="button" popovertarget="move-session"
          popovertargetaction="hide" aria-label=${words.common.close}>${icon("close")}</button>
        ${this.#isMovable === false ? html`<p>${words.sessions.tooLateToMove(name)}</p>` : nothing}
        ${booking && this.#isMovable
          ? html`
            <div class="stack">
              <p>${words.sessions.moveKeeps}</p>
              <slot-picker .sessions=${this.sessions} .service=${booking.service}
                .minutes=${booking.minutes} .from=${this.#from} .chosen=${this.#chosen}
                .around=${Date.parse(booking.starts_at)}
                .name=${name} @chosen=${this.#choose}></slot-picker>
              ${role === "mentor"
                ? html`
                  <other-time .label=${words.booking.otherTime}
                    @chosen=${this.#choose}></other-time>
                `
                : nothing}
            </div>
          `
          : nothing}
        ${this.#problem ? html`<p role="alert">${this.#problem}</p>` : nothing}
        <div class="pop__acts">
          ${this.#isMovable
            ? html`
              <button class="btn btn--primary" type="button"
                aria-disabled=${this.#chosen === undefined ? "true" : nothing}
                @click=${this.#move}>${this.#chosen === undefined
                  ? words.booking.moveTo
                  : this.#label(this.#chosen)}</button>
            `
            : nothing}
          <button class="btn" type="button" popovertarget="move-session"
            popovertargetaction="hide">${words.sessions.keep}</button>
        </div>
      </div>
    `;
  }

  #label(start: number): string {
    const { words } = this.sessions.app;
    return `${words.booking.moveTo}: ${this.times.shortDay(start)}, ${this.times.clock(start)}`;
  }

  readonly #choose = (event: CustomEvent<number>): void => {
    this.#chosen = event.detail;
    this.#problem = "";
    this.requestUpdate();
  };

  readonly #move = async (): Promise<void> => {
    const booking = this.#booking;
    const { words } = this.sessions.app;
    if (!booking || this.#isBusy) return;
    if (this.#chosen === undefined) {
      this.#problem = words.booking.chooseOne;
      this.requestUpdate();
      return;
    }
    this.#isBusy = true;
    try {
      const moved = await this.sessions.move(booking.id, new Date(this.#chosen).toISOString());
      this.#sheet?.hidePopover();
      const [starts, ends] = [Date.parse(moved.starts_at), Date.parse(moved.ends_at)];
      this.say(words.sessions.moved(whenWords(starts, ends, this.times, this.now, words)));
    } catch (fault) {
      this.#problem = refusalWords(fault, words);
      this.querySelector<SlotPicker>("slot-picker")?.refresh();
    }
    this.#isBusy = false;
    this.requestUpdate();
  };
}

customElements.define("move-dialog", MoveDialog);
