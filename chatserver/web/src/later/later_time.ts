// When a text is to be sent: a day and a time in the conversation's zone.

import { html, nothing } from "lit";
import type { App } from "../app/start.ts";
import { ChatError } from "../client/chat.ts";
import type { Talk } from "../state/talk.ts";
import { Times } from "../parts/format.ts";
import { PageElement } from "../parts/element.ts";
import { NoLine } from "./later_texts.ts";
import { instantOf, localText } from "./zone_time.ts";

const DAY = 24 * 60 * 60_000;
const LONGEST = 90 * DAY;

/** "Monday 08:00", or with the date where that is no day of the next week. */
export function saidWhen(app: App, at: number, zone: string): string {
  const times = new Times(app.language, zone);
  const now = app.chats.chat.clock.now();
  const days = times.daysAway(at, now);
  const day = days === 0
    ? app.words.common.today
    : days === 1
    ? app.words.common.tomorrow
    : days > 1 && days < 7
    ? times.weekday(at)
    : times.day(at, now);
  return `${day} ${times.at(at)}`;
}

/** What somebody wants: the text where that is asked for, too. */
export interface Chosen {
  readonly at: number;
  readonly text: string | undefined;
}

/** Its files are still on their way. */
export class NotThere extends Error {}

/** What went wrong, for people. */
export function saidFault(app: App, fault: unknown): string {
  const { later, common, files } = app.words;
  if (fault instanceof NoLine) return later.noLine;
  if (fault instanceof NotThere) return files.waiting;
  if (!(fault instanceof ChatError)) return common.failed;
  if (fault.code === "too_many_waiting") return later.tooMany;
  return fault.code === "too_late" ? later.underway : common.failed;
}

/** `chosen` (a Chosen) and `given-up` are events of it. */
export class LaterTime extends PageElement {
  static override properties = {
    app: { attribute: false },
    talk: { attribute: false },
    at: { attribute: false },
    name: {},
    problem: { attribute: false },
    text: { attribute: false },
    mayBeEmpty: { attribute: false },
  };

  declare app: App;
  declare talk: Talk;
  /** What stands in the field at first. */
  declare at: number;
  /** Of its fields, on the page. */
  declare name: string;
  /** Why the last one was not taken. */
  declare problem: string | undefined;
  /** What is to be changed; undefined where it is not asked for. */
  declare text: string | undefined;
  /** Whether the text may be empty: files go with it. */
  declare mayBeEmpty: boolean;

  protected override firstUpdated(): void {
    this.querySelector<HTMLElement>("textarea, input")?.focus();
  }

  /** On a small screen what stands above, such as help, leaves no room for all: what one goes on with is to be seen. */
  protected override updated(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has("at") && !changed.has("problem")) return;
    this.querySelector(".later__acts")?.scrollIntoView({ block: "nearest" });
  }

  get #earliest(): number {
    const { composer } = this.talk.view;
    const now = this.app.chats.chat.clock.now();
    const opens = this.app.role === "member" && !composer.open && composer.opens_at;
    return opens ? Math.max(now, Date.parse(opens)) : now;
  }

  protected override render() {
    const { words } = this.app;
    const { zone, composer } = this.talk.view;
    const isElsewhere = zone !== Intl.DateTimeFormat().resolvedOptions().timeZone;
    const opensWindow = this.app.role === "member" && composer.windows_left !== null;
    return html`
      <div class="later" role="group" aria-labelledby="${this.name}-title" @keydown=${this.#key}>
        <p id="${this.name}-title"><b>${words.later.title}</b></p>
        ${this.text === undefined
          ? nothing
          : html`<label class="field"><span class="label">${words.later.text}</span><textarea
              class="input" rows="3" .value=${this.text}></textarea></label>`}
        <label class="field"><span class="label">${words.later.when}</span><input
          class="input"
          id=${this.name}
          type="datetime-local"
          required
          aria-describedby="${this.name}-note"
          .value=${localText(this.at, zone)}
          min=${localText(this.#earliest, zone)}
        ></label>
        <p class="quiet small" id="${this.name}-note">${opensWindow
          ? `${words.later.opensWindow} `
          : nothing}${words.later.rules}${isElsewhere
          ? ` ${words.later.zone(zone.replaceAll("_", " "))}`
          : nothing}</p>
        ${this.problem ? html`<p role="alert">${this.problem}</p>` : nothing}
        <div class="later__acts">
          <button class="btn btn--primary" type="button" @click=${this.#chosen}>${words.later
            .keep}</button>
          <button class="btn" type="button" @click=${this.#givenUp}>${words.later.cancel}</button>
        </div>
      </div>
    `;
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && event.target instanceof HTMLInputElement) {
      event.preventDefault();
      this.#chosen();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      this.#givenUp();
    }
  };

  readonly #chosen = (): void => {
    const { words } = this.app;
    const { zone } = this.talk.view;
    const now = this.app.chats.chat.clock.now();
    const text = this.querySelector("textarea")?.value;
    const at = instantOf(this.querySelector("input")!.value, zone);
    if (Number.isNaN(at) || at <= now) this.problem = words.later.over;
    else if (at > now + LONGEST) this.problem = words.later.tooFar;
    else if (at < this.#earliest) {
      this.problem = words.later.tooEarly(saidWhen(this.app, this.#earliest, zone));
    } else if (text !== undefined && !text.trim() && !this.mayBeEmpty) {
      this.problem = words.later.empty;
    } else {
      const detail: Chosen = { at, text: text?.trim() ? text : text && "" };
      this.dispatchEvent(new CustomEvent("chosen", { detail }));
    }
  };

  readonly #givenUp = (): void => {
    this.dispatchEvent(new CustomEvent("given-up"));
  };
}

customElements.define("later-time", LaterTime);
