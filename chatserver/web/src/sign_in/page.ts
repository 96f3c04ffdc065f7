// The door: it greets, opens by a button that a person presses, and says what to do where it does not open.

import { html, nothing, type TemplateResult } from "lit";
import { chooseLanguage, keptLanguage } from "../app/language.ts";
import { PageElement } from "../parts/element.ts";
import "../parts/help_dialog.ts";
import { linesHere } from "../parts/help_lines.ts";
import { icon } from "../parts/icons.ts";
import { type Language, LANGUAGES, type Words, wordsOf } from "../words/words.ts";
import { askForMail, type LinkView, seeLink, useLink } from "./door.ts";
import { lamp } from "./lamp.ts";

/** What the door shows. `unknown` and `failed` are what an identity provider's answer came to. */
export type DoorState =
  | "looking"
  | "link"
  | "spent"
  | "sent"
  | "out"
  | "address"
  | "unknown"
  | "failed";

const OWN_NAMES: Readonly<Record<Language, string>> = { nb: "Norsk", da: "Dansk", en: "English" };
const ADDRESS = /^[^\s@]+@[^\s@]+$/;

export class SignInPage extends PageElement {
  static override properties = {
    words: { attribute: false },
    state: { attribute: false },
    platform: { attribute: false },
    provider: { attribute: false },
    logo: { attribute: false },
  };

  declare words: Words;
  declare state: DoorState;
  /** What the platform calls itself. */
  declare platform: string;
  /** Where an identity provider signs in; undefined where there is none. */
  declare provider: string | undefined;
  /** The platform's picture; undefined for the lamp. */
  declare logo: string | undefined;
  #secret = "";
  #link: LinkView | undefined;
  #problem: "no_answer" | "wrong" | "too_often" | undefined;
  #busy = false;

  /** A link's secret: greet whom it is for. */
  async open(secret: string): Promise<void> {
    this.#secret = secret;
    this.#link = undefined;
    this.#problem = undefined;
    this.state = "looking";
    const seen = await seeLink(secret);
    // As their app will, unless another language was chosen here.
    if (typeof seen === "object" && !keptLanguage()) await this.#turnTo(seen.locale);
    if (seen === "spent") this.#go("spent");
    // The button is there all the same: pressed, it asks again.
    else this.#go("link", seen === "no_answer" ? seen : undefined);
    if (typeof seen === "object") this.#link = seen;
  }

  protected override render() {
    const { words } = this;
    const picture = this.logo
      ? html`<img class="lamp" src=${this.logo} alt=${this.platform}>`
      : lamp();
    return html`
      <div class="door">
        <main aria-busy=${this.state === "looking" ? "true" : nothing}>
          ${this.state === "looking" ? picture : this.#shown(picture)}
        </main>
        <footer>
          <nav class="row" aria-label=${words.signIn.language}>
            ${LANGUAGES.map((each) => this.#languageLink(each))}
          </nav>
          <button class="btn btn--help" type="button" popovertarget="help">${icon("help")}${words
            .common.help}</button>
        </footer>
      </div>
      <help-dialog
        .words=${words}
        .lines=${linesHere()}
      ></help-dialog>
    `;
  }

  #shown(picture: TemplateResult): TemplateResult {
    const { signIn } = this.words;
    switch (this.state) {
      case "link":
        return this.#linkShown(picture);
      case "spent":
        return html`
          ${this.#said(picture, signIn.spentTitle, signIn.spentLead)}
          <form class="stack" @submit=${this.#sendAgain}>
            ${this.#problemSaid()}
            <button class="btn btn--primary btn--wide" type="submit" aria-disabled=${this
              .#busy}>${icon("mail")}${signIn.sendNew}</button>
            <p class="small quiet">${signIn.spentNote}</p>
          </form>
          ${this.#otherWays(this.#addressButton())}
        `;
      case "sent":
        return html`
          ${this.#said(picture, signIn.sentTitle, signIn.sentLead)}
          <p class="small quiet">${signIn.sentNote}</p>
          <button class="btn btn--wide" type="button" @click=${this.#toAddress}>${signIn
            .tryAgain}</button>
        `;
      case "out":
        return html`
          ${this.#said(picture, signIn.outTitle, signIn.outLead)}
          <button class="btn btn--primary btn--wide" type="button" @click=${this
            .#toAddress}>${signIn.outButton}</button>
        `;
      case "unknown":
        return html`
          ${this.#said(picture, signIn.unknownTitle, signIn.unknownLead)} ${this.#addressForm()}
        `;
      case "failed":
        return html`
          ${this.#said(picture, signIn.failedTitle, signIn.failedLead)} ${this
            .#addressForm()} ${this.#otherWays()}
        `;
      default:
        return html`
          ${this.#said(picture, signIn.title, signIn.addressLead)} ${this.#addressForm()} ${this
            .#otherWays()}
        `;
    }
  }

  #linkShown(picture: TemplateResult): TemplateResult {
    const { signIn } = this.words, link = this.#link;
    const lead = link?.other ? signIn.leadTo(link.other) : signIn.lead;
    const lasts = link?.once
      ? (link.minutes <= 60 ? signIn.onceFor(link.minutes) : signIn.once)
      : "";
    const notYou = link ? signIn.notYou(link.name) : "";
    return html`
      ${this.#said(picture, link ? signIn.hello(link.name) : signIn.title, lead)}
      <form class="stack" @submit=${this.#useIt}>
        ${this.#problemSaid()}
        <button class="btn btn--primary btn--wide" type="submit" aria-disabled=${this.#busy}>
          ${link ? signIn.buttonAs(link.name) : signIn.button}
        </button>
        <p class="small quiet">${[lasts, notYou].filter(Boolean).join(" ")}</p>
      </form>
      ${this.#otherWays()}
    `;
  }

  #said(picture: TemplateResult, title: string, lead: string): TemplateResult {
    return html`
      <div class="stack">
        ${picture}
        <h1 tabindex="-1">${title}</h1>
        <p class="door__lead">${lead}</p>
      </div>
    `;
  }

  #problemSaid() {
    const { signIn } = this.words;
    switch (this.#problem) {
      case "wrong":
        return html`<p role="alert" id="address-problem">${signIn.addressWrong}</p>`;
      case "too_often":
        return html`<p role="alert">${signIn.tooOften}</p>`;
      case "no_answer":
        return html`<p role="alert">${
          this.state === "link" ? signIn.noAnswer : signIn.noAnswerYet
        }</p>`;
      default:
        return nothing;
    }
  }

  #addressForm(): TemplateResult {
    const { signIn } = this.words, wrong = this.#problem === "wrong";
    return html`
      <form class="stack" novalidate @submit=${this.#sendToAddress}>
        <div class="field">
          <label for="address">${signIn.address}</label>
          <input
            class="input"
            id="address"
            name="address"
            type="email"
            autocomplete="email"
            maxlength="254"
            required
            aria-invalid=${wrong ? "true" : nothing}
            aria-describedby=${wrong ? "address-problem" : nothing}
          >
        </div>
        ${this.#problemSaid()}
        <button class="btn btn--primary btn--wide" type="submit" aria-disabled=${this.#busy}>${icon(
          "mail",
        )}${signIn.sendLink}</button>
      </form>
    `;
  }

  #addressButton(): TemplateResult {
    return html`<button class="btn btn--wide" type="button" @click=${this.#toAddress}>${this.words.signIn.otherAddress}</button>`;
  }

  #otherWays(more: TemplateResult | typeof nothing = nothing) {
    const { signIn } = this.words;
    if (!this.provider && more === nothing) return nothing;
    return html`
      <section class="stack" aria-label=${signIn.otherWays}>
        <p class="or">${signIn.or}</p>
        ${more}
        ${this.provider
          ? html`<a class="btn btn--wide" href=${this.provider}>${
            icon("people")
          }${signIn.platform}</a>`
          : nothing}
      </section>
    `;
  }

  #languageLink(language: Language): TemplateResult {
    const current = language === this.words.language;
    return html`
      <a
        href="#${language}"
        lang=${language}
        hreflang=${language}
        class=${current ? "is-current" : nothing}
        aria-current=${current ? "true" : nothing}
        @click=${(event: Event) => this.#speak(event, language)}
      >${OWN_NAMES[language]}</a>
    `;
  }

  async #speak(event: Event, language: Language): Promise<void> {
    event.preventDefault();
    chooseLanguage(language);
    await this.#turnTo(language);
  }

  async #turnTo(language: Language): Promise<void> {
    try {
      this.words = await wordsOf(language);
    } catch {
      return this.#go(this.state, "no_answer");
    }
    document.documentElement.lang = language;
  }

  readonly #toAddress = (): void => this.#go("address");

  #go(state: DoorState, problem?: "no_answer" | "wrong" | "too_often"): void {
    const from = this.state;
    this.state = state;
    this.#problem = problem;
    this.requestUpdate();
    // Whoever listens to the page hears its new title; nobody is moved while they look at a problem.
    if (from !== state && from !== "looking") {
      void this.updateComplete.then(() => this.querySelector("h1")?.focus());
    }
  }

  readonly #useIt = (event: Event): Promise<void> =>
    this.#once(event, async () => {
      const used = await useLink(this.#secret);
      if (typeof used === "object") location.replace(used.app);
      else if (used === "spent") this.#go("spent");
      else this.#go("link", used);
    });

  readonly #sendAgain = (event: Event): Promise<void> =>
    this.#once(event, () => this.#send({ secret: this.#secret }));

  readonly #sendToAddress = (event: Event): Promise<void> =>
    this.#once(event, async () => {
      const address = this.querySelector<HTMLInputElement>("#address")!.value.trim();
      if (!ADDRESS.test(address)) return this.#go(this.state, "wrong");
      await this.#send({ address });
    });

  async #send(by: { address: string } | { secret: string }): Promise<void> {
    const sent = await askForMail(by, this.words.language as Language);
    if (sent === "sent") this.#go("sent");
    else this.#go(this.state, sent);
  }

  /** What a button does, once at a time. */
  async #once(event: Event, done: () => Promise<void> | void): Promise<void> {
    event.preventDefault();
    if (this.#busy) return;
    this.#busy = true;
    this.requestUpdate();
    try {
      await done();
    } finally {
      this.#busy = false;
      this.requestUpdate();
    }
  }
}

customElements.define("sign-in-page", SignInPage);
