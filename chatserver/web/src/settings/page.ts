// The settings of whoever is signed in, whichever their app: language, what they hear, where they are signed in, their data.

import { html, nothing } from "lit";
import type { Person, Preferences, PushSubscriptionList } from "../app/api_types.ts";
import { chooseLanguage } from "../app/language.ts";
import { type Http, SignedOut } from "../app/http.ts";
import { PageElement } from "../parts/element.ts";
import { Times } from "../parts/format.ts";
import type { Push } from "../bell/push.ts";
import "../bell/push_setting.ts";
import "../parts/help_dialog.ts";
import { linesHere, linesOf } from "../parts/help_lines.ts";
import { icon } from "../parts/icons.ts";
import { type Language, LANGUAGES, type Words, wordsOf } from "../words/words.ts";
import { deviceName } from "./device_name.ts";
import { hearing, type HearingChange } from "./hearing.ts";
import { endSignIn, type ExportForm, keepOwnData, type SignIn, signIns } from "./own_account.ts";

const OWN_NAMES: Readonly<Record<Language, string>> = { nb: "Norsk", da: "Dansk", en: "English" };

export class SettingsPage extends PageElement {
  static override properties = { words: { attribute: false } };

  declare words: Words;
  http!: Http;
  user!: string;
  push!: Push;
  /** The page of their app. */
  home!: string;
  /** The browser forgets whoever it was, and shows the door. */
  signOut!: () => Promise<void>;
  #person: Person | undefined;
  #wanted: Preferences | undefined;
  #places: SignIn[] | undefined;
  /** The sign-ins whose browsers are reached by push. */
  #reached: ReadonlySet<string> = new Set();
  #said = "";
  #failed = false;
  #getting: ExportForm | undefined;
  /** Changes are told one after the other: the last one said is the last one written. */
  #telling: Promise<void> = Promise.resolve();

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#read();
  }

  protected override render() {
    const { words } = this, { settings } = words;
    return html`
      <div class="app">
        <div class="app__in">
          <header class="bar">
            <a class="btn btn--icon" href=${this.home} aria-label=${words.common
              .back}>${icon("back")}</a>
            <div class="bar__who">
              <h1>${settings.title}</h1>
              <p>${this.#person?.name ?? ""}</p>
            </div>
            <button class="btn btn--help" type="button"
              popovertarget="help">${icon("help")}${words.common.help}</button>
          </header>
          <main class="settings" aria-busy=${this.#wanted || this.#failed ? nothing : "true"}>
            ${this.#failed
              ? html`
                <section class="card" role="alert">
                  <p>${settings.noAnswer}</p>
                  <button class="btn" type="button" @click=${this.#readAgain}>${words.common
                    .again}</button>
                </section>
              `
              : nothing}
            ${this.#languages()}
            ${this.#wanted ? hearing(this.#wanted, words, this.#hear) : nothing}
            <push-setting .words=${words} .push=${this.push}
              @changed=${this.#readAgain}></push-setting>
            ${this.#places ? this.#signedIn(this.#places) : nothing}
            ${this.#data()}
            <p class="settings__said" role="status">${this.#said}</p>
          </main>
        </div>
      </div>
      <help-dialog .words=${words} .lines=${this.#person?.country
        ? linesOf(this.#person.country)
        : linesHere()}></help-dialog>
    `;
  }

  get #zone(): string {
    return this.#person?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  }

  /** Whether the language was chosen for this device alone: at the door nobody knows yet whose mails they would be. */
  get #mailsDiffer(): boolean {
    return this.#person !== undefined && this.#person.locale !== this.words.language;
  }

  #languages() {
    const { settings } = this.words;
    const spoken = this.words.language as Language;
    return html`
      <section class="card" aria-labelledby="language">
        <h2 id="language">${settings.language}</h2>
        <p>${this.#mailsDiffer
          ? settings.languageDiffers(
            settings.languages[spoken],
            settings.languages[this.#person!.locale],
          )
          : settings.languageLead}</p>
        <div class="choices" role="radiogroup" aria-labelledby="language">
          ${LANGUAGES.map((each) =>
            html`<label class="choice"><input type="radio" name="language" value=${each}
              .checked=${each === spoken}
              @click=${() => this.#speakAgain(each)}
              @change=${() => this.#speak(each)}><span lang=${each}>${
              OWN_NAMES[each]
            }</span></label>`
          )}
        </div>
      </section>
    `;
  }

  #signedIn(places: SignIn[]) {
    const { settings } = this.words;
    const others = places.filter((each) => !each.current);
    return html`
      <section class="card" aria-labelledby="places">
        <h2 id="places">${settings.places}</h2>
        <p>${settings.placesLead}</p>
        <ul class="places">${places.map((each) => this.#place(each))}</ul>
        ${others.length > 1
          ? html`<button class="btn" type="button" @click=${() =>
            this.#end(others)}>${settings.endOthers}</button>`
          : nothing}
      </section>
    `;
  }

  #place(place: SignIn) {
    const { settings } = this.words;
    const name = deviceName(place.device, settings.unknownDevice);
    const times = new Times(this.words.language as Language, this.#zone);
    const [since, used] = [place.began_at, place.used_at].map((each) => {
      const instant = Date.parse(each);
      return `${times.day(instant, Date.now())} ${times.at(instant)}`;
    });
    const label = place.current ? settings.signOutHere : settings.signOutThere;
    const end = () => place.current ? this.#leave() : this.#end([place]);
    return html`
      <li>
        <div>
              <strong>${name}</strong> ${place.current
                ? html`<span class="tag">${settings.thisOne}</span>`
                : nothing} ${this.#reached.has(place.id)
                ? html`<span class="tag">${this.words.push.reached}</span>`
                : nothing}
              <p class="small quiet">${settings.placeSince(since!, used!)}</p>
            </div>
        <button class="btn" type="button" aria-label="${label}: ${name}"
          @click=${end}>${label}</button>
      </li>
    `;
  }

  #data() {
    const { settings } = this.words;
    const button = (form: ExportForm, label: string) =>
      html`
        <button class="btn" type="button" aria-disabled=${this.#getting !== undefined}
          @click=${() => this.#get(form)}>${this.#getting === form
            ? settings.getting
            : label}</button>
      `;
    return html`
      <section class="card" aria-labelledby="data">
        <h2 id="data">${settings.data}</h2>
        <p>${settings.dataLead}</p>
        <div class="row">${button("page", settings.dataPage)}${button(
          "data",
          settings.dataFile,
        )}${button("files", settings.dataFiles)}</div>
      </section>
    `;
  }

  async #read(): Promise<void> {
    const id = encodeURIComponent(this.user);
    try {
      const [person, wanted, places, pushed] = await Promise.all([
        this.http.get<Person>(`/v1/people/${id}`),
        this.http.get<Preferences>(`/v1/people/${id}/notice-settings`),
        signIns(),
        this.http.get<PushSubscriptionList>(`/v1/people/${id}/push-subscriptions`),
      ]);
      [this.#person, this.#wanted, this.#places] = [person, wanted, places];
      this.#reached = new Set(pushed.subscriptions.map((each) => each.device));
      this.#failed = false;
    } catch (error) {
      if (error instanceof SignedOut) return location.replace("/app/sign-in");
      this.#failed = true;
    }
    this.requestUpdate();
  }

  readonly #readAgain = (): void => void this.#read();

  readonly #hear = ({ topics, quiet_hours }: HearingChange): void => {
    // Shown at once; what the server makes of it comes after.
    this.#wanted = { ...this.#wanted!, topics, quiet_hours };
    this.requestUpdate();
    this.#tell(async () => {
      const told = topics.map(({ topic, mail, push }) => ({ topic, mail, push }));
      const path = `/v1/people/${encodeURIComponent(this.user)}/notice-settings`;
      await this.http.put<Preferences>(path, { topics: told, quiet_hours });
    });
  };

  /** The one that is chosen already changes nothing in the browser, but their mails may come in another one. */
  #speakAgain(language: Language): void {
    if (language === this.words.language && this.#mailsDiffer) void this.#speak(language);
  }

  async #speak(language: Language): Promise<void> {
    try {
      this.words = await wordsOf(language);
    } catch {
      return this.#say(this.words.settings.notSaved);
    }
    chooseLanguage(language);
    document.documentElement.lang = language;
    document.title = this.words.settings.title;
    // Shown at once, as with what they hear.
    if (this.#person) this.#person = { ...this.#person, locale: language };
    this.requestUpdate();
    this.#tell(async () => {
      await this.http.put(`/v1/people/${encodeURIComponent(this.user)}/locale`, {
        locale: language,
      });
    });
  }

  #end(places: SignIn[]): void {
    this.#tell(async () => {
      for (const each of places) await endSignIn(each.id);
      this.#places = await signIns();
    });
  }

  #leave(): void {
    this.signOut().catch(() => this.#say(this.words.settings.notSignedOut));
  }

  async #get(form: ExportForm): Promise<void> {
    if (this.#getting) return;
    this.#getting = form;
    this.#say("");
    try {
      await keepOwnData(form);
    } catch {
      this.#say(this.words.settings.notGot);
    }
    this.#getting = undefined;
    this.requestUpdate();
  }

  #tell(change: () => Promise<void>): void {
    this.#telling = this.#telling.then(change).then(
      () => this.#say(this.words.settings.saved),
      async () => {
        this.#say(this.words.settings.notSaved);
        await this.#read();
      },
    );
  }

  #say(text: string): void {
    this.#said = text;
    this.requestUpdate();
  }
}

customElements.define("settings-page", SettingsPage);
