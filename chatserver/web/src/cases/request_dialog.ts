// "I would like …": what one may ask for in a conversation, and the form for it. One call each.

import { html, nothing } from "lit";
import type { CaseChoiceView, CaseSummary } from "../app/api_types.ts";
import { HttpProblem } from "../app/http.ts";
import { memberName, nameIn } from "../app/names.ts";
import { Part } from "../app/part.ts";
import type { App } from "../app/start.ts";
import type { ConversationView, Message } from "../client/protocol.ts";
import { PageElement } from "../parts/element.ts";
import { Times } from "../parts/format.ts";
import { icon } from "../parts/icons.ts";
import type { CaseDesk } from "./case_desk.ts";
import { caseFields, factsOf, isAskable } from "./case_form.ts";
import "./own_cases.ts";

const READINGS = new Part(() => import("./readings.ts"));

/** So many letters of what is reported. */
const QUOTED = 140;
/** So many go into a note, which has room for the reporter's own words too. */
const NOTED = 6_000;

/** What no note may hold. */
const CONTROLS = /[^\P{Cc}\t\n]/gu;

type Step = "loading" | "menu" | "form" | "sent" | "failed";

export class RequestDialog extends PageElement {
  static override properties = { app: { attribute: false }, desk: { attribute: false } };

  declare app: App;
  declare desk: CaseDesk;
  #view: ConversationView | undefined;
  #choices: CaseChoiceView[] = [];
  #choice: CaseChoiceView | undefined;
  /** The report that is open already, to which the message is added. */
  #reportedIn: CaseSummary | undefined;
  #step: Step = "loading";
  #problem = "";
  /** What is reported. */
  #message: Message | undefined;
  /** Of the case that is being opened: sent again, it is the same one. */
  #id = "";

  /** Show the menu of a conversation; of a message, at once what is asked of whoever reports it. */
  async open(view: ConversationView, message?: Message): Promise<void> {
    this.#view = view;
    this.#message = message;
    this.#choice = undefined;
    this.#reportedIn = undefined;
    this.#problem = "";
    this.#step = "loading";
    this.requestUpdate();
    await this.updateComplete;
    this.querySelector<HTMLElement>("[popover]")?.showPopover();
    if (this.app.role === "mentor") READINGS.come(this.app.chats.chat);
    try {
      const [{ choices }] = await Promise.all([this.desk.choices(view.id), this.desk.load()]);
      this.#choices = choices;
      this.#step = "menu";
      const report = message && choices.find(({ kind }) => kind === "misconduct");
      if (report) this.#report(report, view.id);
    } catch {
      this.#step = "failed";
    }
    this.requestUpdate();
  }

  protected override render() {
    const { words } = this.app;
    return html`
      <div class="pop" popover id="request" role="dialog" aria-labelledby="request-title">
        <h2 id="request-title">${this.#choice?.title ?? this.#title}</h2>
        <button
          class="btn btn--icon pop__close"
          type="button"
          popovertarget="request"
          popovertargetaction="hide"
          aria-label=${words.common.close}
        >${icon("close")}</button>
        ${this.#body()}
      </div>
    `;
  }

  /** A mentor asks for something about a member; what the member would like is theirs to say. */
  get #title(): string {
    const { cases } = this.app.words;
    const view = this.app.role === "mentor" ? this.#view : undefined;
    return view ? cases.requestsOf(memberName(view)) : cases.requests;
  }

  #body() {
    const { words } = this.app;
    switch (this.#step) {
      case "loading":
        return html`<p class="quiet" aria-busy="true">${words.common.loading}</p>`;
      case "failed":
        return html`<p role="alert">${words.common.failed}</p>`;
      case "sent":
        return html`<p role="status">${words.cases.sent}</p>`;
      case "menu":
        return html`
          ${this.#mine()}<ul class="requests">${this.#choices.filter(isAskable).map((each) =>
            html`<li><button
              class="btn btn--wide"
              type="button"
              aria-disabled=${each.refused ? "true" : nothing}
              @click=${() => this.#choose(each)}
            >${each.title}</button>${
              each.refused
                ? html`<p class="small quiet">${words.cases.refused[each.refused]}</p>`
                : nothing
            }</li>`
          )}</ul>${this.#readings()}
        `;
      case "form":
        return html`<form class="stack" @submit=${this.#submit}>
          ${this.#reported()}
          ${this.#choice ? caseFields(this.#asked(this.#choice), words) : nothing}
          ${this.#problem ? html`<p role="alert">${this.#problem}</p>` : nothing}
          <div class="pop__acts">
            <button class="btn" type="button" @click=${this.#back}>${words.common.back}</button>
            <button class="btn btn--primary" type="submit">${words.cases.ask}</button>
          </div>
        </form>`;
    }
  }

  #reported() {
    const [message, view, { words }] = [this.#message, this.#view, this.app];
    if (!message || !view) return nothing;
    const text = message.body.slice(0, QUOTED) ||
      words.files.count(message.attachments?.length ?? 0);
    const says = this.#reportedIn ? words.cases.reportedToo : words.cases.reported;
    return html`<p>${says(nameIn(view, message.from))} <q>${text}</q></p>`;
  }

  /** What a report asks for was said when it was opened. */
  #asked(choice: CaseChoiceView): CaseChoiceView {
    return this.#reportedIn ? { ...choice, needs: [], takes: [], reasons: [] } : choice;
  }

  /** A member has them in the menu. */
  #readings() {
    if (this.app.role !== "mentor") return nothing;
    return html`<conversation-readings .app=${this.app} .view=${this.#view}></conversation-readings>`;
  }

  /** A member's own, above what else they may ask for; mentors have a page for theirs. */
  #mine() {
    const has = this.desk.cases?.length || this.desk.over.length;
    if (this.app.role !== "member" || !has) return nothing;
    return html`
      <section class="mine" aria-labelledby="mine-title">
        <h3 id="mine-title">${this.app.words.cases.mine}</h3>
        <own-cases .app=${this.app} .desk=${this.desk}></own-cases>
      </section>
    `;
  }

  /** A message; into the report that is open, where one is. */
  #report(choice: CaseChoiceView, conversation: string): void {
    if (choice.refused !== "already_open") return this.#choose(choice);
    this.#reportedIn = this.desk.cases?.find((each) =>
      each.kind === choice.kind && each.conversation === conversation &&
      each.possible.includes("note")
    );
    if (!this.#reportedIn) return;
    this.#choice = choice;
    this.#step = "form";
  }

  #choose(choice: CaseChoiceView): void {
    if (choice.refused) return;
    if (choice.kind !== "misconduct") this.#message = undefined;
    this.#choice = choice;
    this.#id = crypto.randomUUID();
    this.#step = "form";
    this.requestUpdate();
  }

  readonly #back = (): void => {
    this.#choice = undefined;
    this.#reportedIn = undefined;
    this.#message = undefined;
    this.#problem = "";
    this.#step = "menu";
    this.requestUpdate();
  };

  readonly #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const [choice, view] = [this.#choice, this.#view];
    if (!choice || !view) return;
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const other = this.app.role === "member" ? view.mentor : view.member;
    const note = (form.get("note") as string).trim();
    try {
      if (this.#reportedIn && this.#message) {
        await this.desk.act(this.#reportedIn.id, "note", {
          note: this.#noted(this.#message, view, note),
          for: "shared",
        });
      } else {
        await this.desk.open(this.#id, {
          kind: choice.kind,
          conversation: view.id,
          facts: {
            ...factsOf(choice, form, this.#message?.from ?? other),
            ...(this.#message ? { messages: [this.#message.id] } : {}),
          },
          ...(note ? { note } : {}),
        });
      }
      this.#step = "sent";
    } catch (fault) {
      this.#problem = fault instanceof HttpProblem ? fault.message : this.app.words.common.failed;
    }
    this.requestUpdate();
  };

  /** Which message it is, so that support finds it, and its text, which may be edited or taken back; then what is said of it. */
  #noted(message: Message, view: ConversationView, said: string): string {
    const { words, language, chats } = this.app;
    const times = new Times(language, view.zone);
    const at = Date.parse(message.at);
    const when = `${times.day(at, chats.chat.clock.now())} ${times.at(at)}`;
    const which = words.cases.alsoReported(nameIn(view, message.from), when, message.id);
    const letters = [...message.body.replace(CONTROLS, "")];
    const text = letters.slice(0, NOTED).join("") + (letters.length > NOTED ? "…" : "");
    const files = message.attachments?.length;
    return [which, text && `“${text}”`, files && words.files.count(files), said]
      .filter(Boolean).join("\n\n");
  }
}

customElements.define("request-dialog", RequestDialog);
