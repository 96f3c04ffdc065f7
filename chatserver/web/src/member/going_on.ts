// What a member decides of a conversation: which of two mentors they go on with, and what a new one is to read.

import { html, nothing } from "lit";
import type { Conversation } from "../app/api_types.ts";
import { mentorName } from "../app/names.ts";
import type { App } from "../app/start.ts";
import { MAX_HISTORY, type Message } from "../client/protocol.ts";
import { PageElement } from "../parts/element.ts";
import { icon } from "../parts/icons.ts";
import type { Talk } from "../state/talk.ts";

export class GoingOn extends PageElement {
  static override properties = { app: { attribute: false }, talk: { attribute: false } };

  declare app: App;
  declare talk: Talk;
  #shown: Talk | undefined;
  #stop: (() => void)[] = [];
  /** Of how the member's conversations stood when it was asked last. */
  #askedFor = "";
  #trial: Conversation | undefined;
  /** Names of the other mentors between whom there is a choice. */
  #others: string[] = [];
  #unanswered: Message[] = [];
  #isChoosing = false;
  #hasFailed = false;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stop) stop();
    this.#shown = undefined;
  }

  protected override willUpdate(): void {
    if (this.talk === this.#shown) return;
    for (const stop of this.#stop) stop();
    this.#shown = this.talk;
    this.#forget();
    this.#stop = [this.talk, this.app.chats].map((each) => each.watch(() => this.requestUpdate()));
  }

  protected override updated(): void {
    void this.#want();
  }

  #forget(): void {
    this.#askedFor = "";
    this.#trial = undefined;
    this.#others = [];
    this.#unanswered = [];
    this.#isChoosing = this.#hasFailed = false;
  }

  /** Ask once its letters are there, and again when there is another conversation, or one stands otherwise. */
  async #want(): Promise<void> {
    const { talk, app } = this;
    if (!talk.hasPage || talk.view.status !== "open") return;
    const standing = JSON.stringify([
      talk.view.plan,
      app.chats.talks.map(({ view }) => [view.id, view.status]),
    ]);
    if (standing === this.#askedFor) return;
    this.#askedFor = standing;
    try {
      const place = await this.#find(talk.view.id);
      const others = await Promise.all(
        (place.trial ? app.chats.talks : [])
          .filter((each) => each !== talk && each.view.status !== "ended")
          .map(async ({ view }) => (await this.#find(view.id)).trial ? [mentorName(view)] : []),
      );
      const unanswered = place.unanswered ? await this.#read(place.unanswered) : [];
      if (talk !== this.#shown || standing !== this.#askedFor) return;
      this.#trial = place.trial && place.chosen_plan !== null ? place : undefined;
      this.#others = others.flat();
      this.#unanswered = unanswered;
      this.requestUpdate();
    } catch {
      // It is asked for again with the next change.
      if (standing === this.#askedFor) this.#askedFor = "";
    }
  }

  #find(id: string): Promise<Conversation> {
    return this.app.http.get<Conversation>(`/v1/conversations/${encodeURIComponent(id)}`);
  }

  /** Those that can be read still, in their order. */
  async #read({ conversation, messages }: NonNullable<Conversation["unanswered"]>) {
    const wanted = new Set(messages.map((each) => each.seq));
    const first = Math.min(...wanted);
    const found: Message[] = [];
    let before = Math.max(...wanted) + 1;
    for (let more = true; more && before > first;) {
      const page = await this.app.chats.chat.history(conversation, before, MAX_HISTORY);
      found.unshift(...page.messages.filter((each) => wanted.has(each.seq) && !each.erased));
      more = page.more && page.messages.length > 0;
      before = page.messages[0]?.seq ?? 0;
    }
    return found;
  }

  protected override render() {
    const { view } = this.talk;
    if (view.status !== "open") return nothing;
    const name = mentorName(view);
    return html`${this.#trial ? this.#choice(name) : nothing}${
      this.#isOffered ? this.#offer(name) : nothing
    }`;
  }

  /** Until they have written here, and where it can be sent. */
  get #isOffered(): boolean {
    const { user } = this.app;
    const hasWritten = this.talk.unsent.length > 0 ||
      this.talk.messages.some((each) => each.from === user);
    return this.#unanswered.length > 0 && !hasWritten && this.talk.view.composer.open;
  }

  #offer(name: string) {
    const { goingOn: words } = this.app.words;
    return html`
      <div class="strip" role="group" aria-label=${words.unanswered}>${icon("return")}<div>
        <p><strong>${words.unanswered}</strong></p>
        <ul class="strip__texts" tabindex="0" aria-label=${words.texts}>${this.#unanswered.map((
          each,
        ) => html`<li>${each.body}</li>`)}</ul>
        <p class="strip__more"><button class="btn" type="button" @click=${this
          .#sendOn}>${words.sendOn(name)}</button>
          <button class="btn btn--plain" type="button" @click=${this.#leave}>${words
            .leave}</button></p>
      </div></div>
    `;
  }

  #choice(name: string) {
    const { goingOn: words, common } = this.app.words;
    const others = new Intl.ListFormat(this.app.language).format(this.#others);
    return html`
      <div class="strip" role="group" aria-label=${words.choice}>${icon("people")}<div>
        ${this.#isChoosing
          ? html`
            <p><strong>${words.sure(name)}</strong> ${others
              ? words.othersEnd(others)
              : nothing}</p>
            ${this.#hasFailed ? html`<p role="alert">${common.failed}</p>` : nothing}
            <p
              class="strip__more"><button class="btn btn--primary" type="button" @click=${this
                .#choose}>${words.yes(name)}</button>
              <button class="btn" type="button" @click=${this.#ask(false)}>${words
                .notYet}</button></p>
          `
          : html`
            <p>${words.gettingToKnow(name)}</p>
            <p class="strip__more"><button class="btn" type="button" @click=${this
              .#ask(true)}>${words.choose(name)}</button></p>
          `}
      </div></div>
    `;
  }

  #ask(isChoosing: boolean): () => void {
    return () => {
      this.#isChoosing = isChoosing;
      this.#hasFailed = false;
      this.requestUpdate();
      // The button that had the focus is gone.
      void this.updateComplete.then(() => this.querySelector<HTMLElement>("button")?.focus());
    };
  }

  readonly #choose = async (): Promise<void> => {
    const { talk } = this;
    try {
      const path = `/v1/conversations/${encodeURIComponent(talk.view.id)}/choose`;
      await this.app.http.post<Conversation>(path);
      if (talk !== this.#shown) return;
      this.#trial = undefined;
      const said = this.app.words.goingOn.chosen(mentorName(talk.view));
      this.dispatchEvent(new CustomEvent("say", { detail: said, bubbles: true }));
    } catch {
      if (talk !== this.#shown) return;
      this.#hasFailed = true;
    }
    this.requestUpdate();
  };

  readonly #sendOn = async (): Promise<void> => {
    const { talk } = this;
    const messages = this.#unanswered;
    this.#unanswered = [];
    this.requestUpdate();
    // To whom they were offered, also if another conversation is opened meanwhile.
    for (const { body } of messages) await talk.send(body);
  };

  readonly #leave = (): void => {
    this.#unanswered = [];
    this.requestUpdate();
  };
}

customElements.define("going-on", GoingOn);
