// What the parts about saved texts and exercises share: their words, which come when one of them is shown first.

import { html, type TemplateResult } from "lit";
import type { App } from "../app/start.ts";
import { PageElement } from "../parts/element.ts";
import { type MentoringWords, mentoringWordsOf } from "../words/mentoring/words.ts";

export abstract class MentoringElement extends PageElement {
  static override properties: Record<string, { attribute: boolean }> = {
    app: { attribute: false },
  };

  declare app: App;
  protected says: MentoringWords | undefined;

  #speaking: Promise<MentoringWords> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.ready();
  }

  /** Until its words are there. */
  protected async ready(): Promise<void> {
    this.says = await (this.#speaking ??= mentoringWordsOf(this.app.language));
    this.requestUpdate();
    await this.updateComplete;
  }

  protected override render() {
    return this.says
      ? this.draw(this.says)
      : html`<p class="quiet" aria-busy="true">${this.app.words.common.loading}</p>`;
  }

  /** What is shown once the words are there. */
  protected abstract draw(says: MentoringWords): TemplateResult;

  /** Have it spoken. */
  protected say(sentence: string): void {
    this.dispatchEvent(new CustomEvent("say", { detail: sentence, bubbles: true }));
  }
}
