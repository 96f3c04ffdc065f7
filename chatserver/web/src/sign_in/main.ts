// Signing in: a link's secret stands in the fragment; a button, pressed by a person, uses it.

import { html, nothing } from "lit";
import { PageElement } from "../parts/element.ts";
import { languageOf, type Words, wordsOf } from "../words/words.ts";

type DoorState = "asks" | "opens_nothing" | "no_answer" | "without";

class SignInPage extends PageElement {
  static override properties = { words: { attribute: false }, secret: { attribute: false } };

  declare words: Words;
  declare secret: string;
  #state: DoorState | undefined;

  protected override render() {
    const { signIn } = this.words;
    const state = this.#state ?? (this.secret ? "asks" : "without");
    const asks = state === "asks" || state === "no_answer";
    return html`
      <div class="door">
        <main>
          <div class="stack">
            <h1>${state === "opens_nothing" ? signIn.opensNothing : signIn.title}</h1>
            <p>${state === "without"
              ? signIn.without
              : state === "opens_nothing"
              ? signIn.askAgain
              : signIn.lead}</p>
            ${state === "no_answer" ? html`<p role="alert">${signIn.noAnswer}</p>` : nothing}
          </div>
          ${asks
            ? html`<button class="btn btn--primary btn--wide" type="button" @click=${this.#use}>${signIn.button}</button>`
            : nothing}
        </main>
      </div>
    `;
  }

  readonly #use = async (): Promise<void> => {
    this.#state = await this.#opened();
    this.requestUpdate();
  };

  async #opened(): Promise<DoorState> {
    try {
      const answer = await fetch("/app/sign-in/link", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ secret: this.secret }),
      });
      if (answer.status === 404 || answer.status === 422) return "opens_nothing";
      if (!answer.ok) return "no_answer";
      const { app } = await answer.json() as { app: string };
      location.replace(app);
      return "asks";
    } catch {
      return "no_answer";
    }
  }
}

customElements.define("sign-in-page", SignInPage);

const language = languageOf(navigator.languages);
document.documentElement.lang = language;
const page = new SignInPage();
page.words = await wordsOf(language);
page.secret = location.hash.slice(1);
// It stays in no history and in nobody's sight.
history.replaceState(null, "", location.pathname);
document.body.append(page);
