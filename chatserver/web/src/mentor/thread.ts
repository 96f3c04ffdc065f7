// The conversation beside the list: by when to answer, the member's plan, the letters, and the composer.

import { html, nothing } from "lit";
import { memberName } from "../app/names.ts";
import { Part } from "../app/part.ts";
import { Place } from "../app/place.ts";
import type { App } from "../app/start.ts";
import type { Talk } from "../state/talk.ts";
import { isByPlan } from "../parts/composer.ts";
import { dueMark, hasTexts, urgencyOf } from "../parts/due.ts";
import { PageElement } from "../parts/element.ts";
import { Times } from "../parts/format.ts";
import { helpForMember } from "../parts/help_strip.ts";
import { icon } from "../parts/icons.ts";
import { lineStrip } from "../parts/line_strip.ts";
import "../parts/live_left.ts";
import "../parts/message_list.ts";
import { mutedMark, muteLine } from "../parts/muting.ts";
import { type MenuLine, pageMenu } from "../parts/page_menu.ts";
import { planHint, planName } from "../parts/plan_name.ts";
import { Ticker } from "../parts/ticker.ts";
import { WeekOfWriting } from "../state/writing_week.ts";
import type { Words } from "../words/words.ts";
import { type OwnDays, ownDaysOf } from "./own_days.ts";

const NO_ANSWER = new Part(() => import("./no_answer.ts"));
/** For whoever asks for it. */
const SAVED = new Part(() => import("../mentoring/saved_dialog.ts"));
const EXERCISES = new Part(() => import("../mentoring/exercises_dialog.ts"));

/** `book` is an event of it. */
export class MentorThread extends PageElement {
  static override properties = { app: { attribute: false }, talk: { attribute: false } };

  declare app: App;
  declare talk: Talk;
  #shown: Talk | undefined;
  #stop: (() => void)[] = [];
  #week: WeekOfWriting | undefined;
  #days: OwnDays | undefined;
  #ticker: Ticker | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#ticker ??= new Ticker(
      this,
      this.app.chats.chat.clock,
      () => [this.talk.view.reply.due_at],
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stop) stop();
    this.#shown = undefined;
  }

  protected override willUpdate(): void {
    if (this.talk === this.#shown) return;
    for (const stop of this.#stop) stop();
    this.#shown = this.talk;
    this.#days = ownDaysOf(this.app);
    this.#week = new WeekOfWriting(this.app.http, this.talk);
    this.#stop = [this.talk, this.app.chats, this.#days, this.#week].map((each) =>
      each.watch(() => this.requestUpdate())
    );
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    // On a phone it fills the screen, below the tabs.
    if (changed.has("talk")) this.querySelector(".thread")?.scrollIntoView({ block: "nearest" });
    if (this.talk.view.no_answer_needed) NO_ANSWER.come(this.app.chats.chat);
    if (!this.talk.hasPage) return;
    this.#days?.want();
    const { composer } = this.talk.view;
    if (composer.windows_left !== null || isByPlan(composer)) void this.#week?.want();
  }

  protected override render() {
    const { app, talk } = this;
    const { words, chats } = app;
    const { view } = talk;
    const name = memberName(view);
    const times = new Times(app.language);
    const now = chats.chat.clock.now();
    const due = view.reply.due_at ? Date.parse(view.reply.due_at) : null;
    // What is far away is told by its day and time already.
    const tellsBy = due !== null && urgencyOf(view.reply, now) !== "calm";
    return html`
      <section class="thread" aria-labelledby="with" @exercise=${this.#exercise}>
        <div class="bar">
          <a class="btn btn--icon only-narrow" href=${Place.link(
            "conversations",
          )} aria-label=${words.mentor.backToList}>${icon("back")}</a>
          <span class="avatar only-wide" aria-hidden="true">${name.slice(0, 1)}</span>
          <div class="bar__who"><h2 id="with">${name}</h2><p>${mutedMark(view, words)}${dueMark(
            view.reply,
            words,
            times,
            now,
            hasTexts(view),
          )}${tellsBy
            ? html`<span class="quiet">${words.mentor.answerBy(times.at(due))}</span>`
            : nothing}</p></div>
          <live-left .app=${app} .talk=${talk}></live-left>
          <button class="btn btn--primary" type="button" @click=${this.#book}>${icon(
            "calendar",
          )}${words.mentor.book}</button>
          ${pageMenu("talk-menu", this.#menu(), words, words.mentor.more(name))}
        </div>
        <dl class="facts">
          ${tellsBy ? fact(words.mentor.by, times.clock(due), "only-narrow") : nothing}
          ${fact(words.mentor.plan, planName(view.plan))}
          ${this.#facts(times)}
        </dl>
        ${lineStrip(chats.state, words, talk)}
        <message-list .app=${app} .talk=${talk} .name=${name}
          .end=${this.#locked(name)} .canReport=${true}></message-list>
        ${view.no_answer_needed && view.reply.waiting_since
          ? html`<no-answer .app=${app} .talk=${talk}></no-answer>`
          : nothing}
        <push-offer .app=${app} .name=${name}></push-offer>
        <chat-composer .app=${app} .talk=${talk} .name=${name}
          .tools=${this.#tools()} .above=${helpForMember(app, name)}
          .also=${this.#days?.wouldSuffice(view.id) ? words.ownDays.suffices : ""}></chat-composer>
      </section>
    `;
  }

  #menu(): MenuLine[] {
    const { app, talk } = this;
    return [
      { label: app.words.cases.requests, act: this.#request },
      muteLine(app, talk.view),
    ];
  }

  #facts(times: Times) {
    const { words } = this.app;
    const { composer, next_session, id } = this.talk.view;
    const { windows_left } = composer;
    const all = this.#week?.week?.per_week ?? null;
    const own = this.#days?.of(id);
    const next = next_session && Date.parse(next_session.starts_at);
    const service = next_session?.service === "live_chat"
      ? words.sessions.liveChat
      : words.sessions.videoCall;
    return html`
      ${windows_left === null
        ? nothing
        : fact(words.mentor.windows, words.mentor.left(windows_left, all))}
      ${own ? fact(words.ownDays.week, words.ownDays.written(own.days.length, own.asked)) : nothing}
      ${next
        ? fact(
          words.mentor.next,
          `${service} ${times.shortDay(next)} ${times.clock(next)}`,
        )
        : nothing}
    `;
  }

  /** That the member cannot write now: whoever answers knows that nothing comes back before. */
  #locked(name: string) {
    const { words, language, chats } = this.app;
    const { composer, zone } = this.talk.view;
    const why = lockWords(composer.reason, words);
    if (composer.open || why === undefined || !composer.opens_at) return undefined;
    const times = new Times(language, zone);
    const opens = Date.parse(composer.opens_at);
    const isNear = opens - chats.chat.clock.now() < 7 * 86_400_000;
    const when = `${isNear ? times.weekday(opens) : times.shortDay(opens)} ${times.at(opens)}`;
    return html`${icon(composer.reason === "closed" ? "moon" : "lock")}<p><strong>${
      words.mentor.closedFor(name)
    }</strong> ${words.mentor.until(when)} ${why} ${words.mentor.youCan}</p>${this.#suggestion()}`;
  }

  /** The plan with which the member could write now, for whoever wants to tell them: what is sent is the mentor's to say. */
  #suggestion() {
    const week = this.#week?.week;
    const { words } = this.app;
    if (!week?.freer || !isByPlan(this.talk.view.composer)) return nothing;
    const said = [planHint(week, words), week.upgrade_url].filter(Boolean).join(" ");
    return html`<button class="btn btn--plain" type="button" @click=${() =>
      this.querySelector("chat-composer")?.offer(said)}>${
      words.mentor.suggest(planName(week.freer))
    }</button>`;
  }

  /** Beside the field: what is saved, and the member's exercises. */
  #tools() {
    const { exercises } = this.app.words;
    if (this.talk.view.status === "ended") return nothing;
    return html`<span class="tools"><button class="btn btn--plain small" type="button"
      @click=${this.#saved}>${exercises.saved}</button><button class="btn btn--plain small"
      type="button" @click=${() => this.#exercises()}>${exercises.title}</button></span>`;
  }

  readonly #saved = async (): Promise<void> => {
    const saved = await SAVED.ask(this.app.words);
    if (!saved) return;
    const dialog = this.#beside("saved-dialog", saved.SavedDialog);
    await dialog.open(this.talk, (text) => {
      this.querySelector("chat-composer")?.offer(text);
    });
  };

  async #exercises(first?: string): Promise<void> {
    const exercises = await EXERCISES.ask(this.app.words);
    if (!exercises) return;
    await this.#beside("exercises-dialog", exercises.ExercisesDialog).open(this.talk, first);
  }

  /** The dialog of that name, made where it is not there yet. */
  #beside<E extends HTMLElement & { app: App }>(name: string, dialog: new () => E): E {
    const found = this.querySelector<E>(name);
    if (found) return found;
    const made = new dialog();
    made.app = this.app;
    this.append(made);
    return made;
  }

  readonly #exercise = (event: CustomEvent<string>): void => void this.#exercises(event.detail);

  readonly #request = (): void => {
    this.dispatchEvent(new CustomEvent("request", { detail: this.talk, bubbles: true }));
  };

  readonly #book = (): void => {
    this.dispatchEvent(new CustomEvent("book", { detail: this.talk, bubbles: true }));
  };
}

function fact(name: string, said: string, more = "") {
  return html`
    <div class=${more}>
      <dt>${name}</dt>
      <dd>${said}</dd>
    </div>
  `;
}

/** Of locks that open by themselves. */
function lockWords(reason: string | null, { mentor }: Words): string | undefined {
  const known: Readonly<Record<string, string>> = mentor.locks;
  return reason === null ? undefined : known[reason];
}

customElements.define("mentor-thread", MentorThread);
