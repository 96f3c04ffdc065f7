// What is in the field is kept by the server, and goes out by itself: when writing opens, or at a time that one picks.

import { html, nothing } from "lit";
import type { App } from "../app/start.ts";
import { PageElement } from "../parts/element.ts";
import type { Talk } from "../state/talk.ts";
import { laterOf } from "./later_state.ts";
import { type Chosen, NotThere, saidFault, saidWhen } from "./later_time.ts";
import { firstMorning, nextMorning } from "./zone_time.ts";

/** `kept` is an event of it, with the Content that is the server's now. */
export class LaterButton extends PageElement {
  static override properties = {
    app: { attribute: false },
    talk: { attribute: false },
    text: { attribute: false },
    files: { attribute: false },
    isBusy: { attribute: false },
  };

  declare app: App;
  declare talk: Talk;
  /** What stands in the field. */
  declare text: string;
  /** The ids of what goes with it. */
  declare files: readonly string[];
  /** Whether more is on its way. */
  declare isBusy: boolean;
  #isChoosing = false;
  #problem: string | undefined;

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has("talk")) this.#isChoosing = false;
  }

  protected override render() {
    const { words } = this.app;
    const { view } = this.talk;
    const isEmpty = !this.text.trim() && !this.files.length && !this.isBusy;
    if (isEmpty || view.status === "ended") return nothing;
    if (this.#isChoosing) {
      return html`
        <later-time name="later-at" .app=${this.app} .talk=${this.talk} .at=${this
          .#suggested()} .problem=${this.#problem}
          @chosen=${this.#keep} @given-up=${this
            .#close}></later-time>
      `;
    }
    const isLocked = this.app.role === "member" && !view.composer.open;
    return html`
      <div
        class="composer__more"><button class="btn" type="button" @click=${this
          .#open}>${isLocked ? words.later.whenItOpens : words.later.later}</button></div>
    `;
  }

  #suggested(): number {
    const { composer, zone } = this.talk.view;
    const now = this.app.chats.chat.clock.now();
    const opens = composer.open || this.app.role !== "member" ? null : composer.opens_at;
    return opens ? firstMorning(Date.parse(opens), zone) : nextMorning(now, zone);
  }

  readonly #open = (): void => {
    this.#isChoosing = true;
    this.#problem = undefined;
    this.requestUpdate();
  };

  readonly #close = (): void => {
    this.#isChoosing = false;
    this.requestUpdate();
    this.closest("chat-composer")?.querySelector("textarea")?.focus();
  };

  readonly #keep = async ({ detail: { at } }: CustomEvent<Chosen>): Promise<void> => {
    const { view, answering } = this.talk;
    const body = this.text.trim() ? this.text : "";
    const content = { body, attachments: this.files, reply_to: answering?.seq ?? null };
    try {
      if (this.isBusy) throw new NotThere();
      await laterOf(this.app).texts.keep(view.id, content, at);
    } catch (fault) {
      this.#problem = saidFault(this.app, fault);
      this.requestUpdate();
      return;
    }
    this.dispatchEvent(new CustomEvent("kept", { detail: content }));
    const said = this.app.words.later.kept(saidWhen(this.app, at, view.zone));
    this.dispatchEvent(new CustomEvent("say", { detail: said, bubbles: true }));
    this.#close();
  };
}

customElements.define("later-button", LaterButton);
