// What the parts about saved texts and exercises share: their words, which come when one of them is shown first.

import type { TemplateResult } from "lit";
import type { Part } from "../app/part.ts";
import type { App } from "../app/start.ts";
import { coming } from "../parts/coming.ts";
import { PageElement } from "../parts/element.ts";
import { MENTORING_WORDS, type MentoringWords } from "../words/mentoring/words.ts";

export abstract class MentoringElement extends PageElement {
  static override properties: Record<string, { attribute: boolean }> = {
    app: { attribute: false },
  };

  declare app: App;
  protected get says(): MentoringWords | undefined {
    return this.#words.come(this.app.chats.chat, this);
  }

  get #words(): Part<MentoringWords> {
    return MENTORING_WORDS[this.app.language];
  }

  /** Until it is drawn with its words; false where these cannot be had now, which is told. */
  protected async ready(): Promise<boolean> {
    if (!await this.#words.ask(this.app.words)) return false;
    await this.updateComplete;
    return true;
  }

  protected override render() {
    const { says } = this;
    return says ? this.draw(says) : coming(this.#words, this.app.words);
  }

  /** What is shown once the words are there. */
  protected abstract draw(says: MentoringWords): TemplateResult;

  /** Have it spoken. */
  protected say(sentence: string): void {
    this.dispatchEvent(new CustomEvent("say", { detail: sentence, bubbles: true }));
  }
}
