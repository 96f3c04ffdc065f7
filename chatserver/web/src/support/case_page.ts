// One case: what it has been, what it waits for, what has happened, and what can be done.

import { html, nothing } from "lit";
import type { CaseActing, CaseView, Conversation, SealedMessages } from "../app/api_types.ts";
import { attempt } from "../app/attempt.ts";
import { Place } from "../app/place.ts";
import { PageElement } from "../parts/element.ts";
import { icon } from "../parts/icons.ts";
import { factWords } from "./case_facts.ts";
import { caseHistory } from "./case_history.ts";
import { problemWords } from "./case_step.ts";
import "./conversation_reading.ts";
import type { Desk } from "./desk.ts";
import "./evidence_files.ts";
import { wordOf } from "./word_of.ts";
import { planName } from "../parts/plan_name.ts";

/** Signs of a member are looked for when a case is asked for: so often while somebody looks at it. */
const AGAIN_MS = 30_000;
const NOTE: CaseView["kind"] = "urgent_note";

export class CasePage extends PageElement {
  static override properties = { desk: { attribute: false }, ref: {} };

  declare desk: Desk;
  /** The case's id. */
  declare ref: string;
  #shown = "";
  #view: CaseView | undefined;
  #conversation: Conversation | undefined;
  #evidence: SealedMessages | undefined;
  #isGone = false;
  /** Whether the evidence could not be had when it was asked for. */
  #isUnread = false;
  #stop: (() => void)[] = [];
  #again: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    const { people, app } = this.desk;
    this.#stop = [
      people.watch(() => this.requestUpdate()),
      app.chats.chat.on("event", (event) => {
        const isOurs = event.type === "case" && (!event.case || event.case.id === this.ref);
        if (isOurs || event.type === "welcome" || event.type === "clock") void this.#load();
      }),
    ];
    this.#again = setInterval(() => {
      if (!document.hidden && !this.#view?.ended_at) void this.#load();
    }, AGAIN_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#again);
    for (const stop of this.#stop) stop();
  }

  protected override willUpdate(): void {
    if (this.ref === this.#shown) return;
    this.#shown = this.ref;
    this.#view = this.#conversation = this.#evidence = undefined;
    this.#isGone = this.#isUnread = false;
    void this.#load();
  }

  protected override render() {
    const { says, app } = this.desk;
    const view = this.#view;
    return html`
      <main class="board">
        <p><a href=${Place.link("cases")}>${says.cases.back}</a></p>
        ${this.#isGone
          ? html`<p role="alert">${says.desk.gone}</p>`
          : view
          ? this.#case(view)
          : html`<p class="quiet" aria-busy="true">${app.words.common.loading}</p>`}
      </main>
    `;
  }

  #case(view: CaseView) {
    const { says, app } = this.desk;
    const isMine = view.assignee === app.user;
    const facts = factWords(view.facts, this.desk);
    return html`
      <article class="card case" aria-labelledby="case-title">
        <div class="case__head"><div>
          <p class="small quiet">${this.#opened(view)}</p>
          <h1 id="case-title">${view.says}</h1></div>
          ${view.ended_at ? nothing : html`
            <div
              class="row push"><button class="btn" type="button" @click=${() =>
                void this.#assign(isMine ? "" : app.user)}>${isMine
                ? says.cases.unassign
                : says.cases.assign}</button></div>
          `}
        </div>
        ${this.#track(view)}
        <div class="case__cols">
          <div class="stack">
            ${this.#clock(view)}
            ${this.#suspension(view)}
            ${facts.length
              ? html`<dl class="sum small">${
                facts.map(([name, value]) =>
                  html`
                    <dt>${name}</dt>
                    <dd>${value}</dd>
                  `
                )
              }</dl>`
              : nothing}
            ${this.#evidenceOf(view)}
            ${this.#readingOf(view)}
            <h2 class="h3">${says.cases.history}</h2>
            ${caseHistory(view, this.desk)}
          </div>
          <div class="stack">
            <case-step .desk=${this.desk} .view=${view} @changed=${this.#changed} @stale=${() =>
              void this.#load()}></case-step>
            ${this.#people(view)}
            ${view.prompts.length
              ? html`
                <details>
                  <summary>${icon("right", "s")}${says.cases.prompts}</summary>
                  <ul class="small">${view.prompts.map((each) => html`<li>${each}</li>`)}</ul>
                </details>
              `
              : nothing}
          </div>
        </div>
      </article>
    `;
  }

  #opened(view: CaseView): string {
    const { says, times, people } = this.desk;
    const when = times.shortDay(Date.parse(view.opened_at));
    return view.opened_by
      ? says.cases.openedBy(view.title, people.name(view.opened_by), when)
      : says.cases.openedByItself(view.title, when);
  }

  #track(view: CaseView) {
    const { says, times } = this.desk;
    const { states } = says.cases;
    const past = view.reached.slice(0, -1);
    const since = times.shortDay(Date.parse(view.since));
    const then = view.due?.then;
    return html`<ol class="track" aria-label=${says.cases.steps}>
      ${past.map((each) => html`<li class="is-done"><strong>${wordOf(states, each)}</strong></li>`)}
      <li class=${view.ended_at ? "is-done" : ""} aria-current=${view.ended_at ? nothing : "step"}>
        <strong>${wordOf(states, view.state)}</strong>${
      view.ended_at
        ? says.cases.endedAt(times.shortDay(Date.parse(view.ended_at)))
        : says.cases.since(since)
    }</li>
      ${
      view.ended_at
        ? nothing
        : html`<li class="is-end"><strong>${
          then ? wordOf(states, then) : says.cases.end
        }</strong></li>`
    }
    </ol>`;
  }

  #clock(view: CaseView) {
    const { due } = view;
    if (!due) return nothing;
    const { says, times } = this.desk;
    const { cases } = says;
    const who = cases.roles[due.by];
    const what = cases.waitsFor(wordOf(cases.states, due.what));
    let lead = cases.standsStill(who);
    if (due.at) {
      const at = Date.parse(due.at);
      const left = at - this.desk.now();
      const when = `${times.shortDay(at)} ${times.at(at)}`;
      if (left < 0) lead = cases.overdueBy(who, when);
      else if (due.then) {
        lead = cases.thenByItself(wordOf(cases.states, due.then), when, times.span(left));
      } else lead = cases.dueBy(who, when);
    }
    return html`
      <div
        class="clock">${icon(
          "clock",
        )}<div><p><strong>${lead}</strong></p><p class="small">${what}</p></div></div>
    `;
  }

  #suspension(view: CaseView) {
    const { says, times } = this.desk;
    if (!view.suspension) return nothing;
    const { lapses_at } = view.suspension;
    const said = lapses_at
      ? says.cases.suspendedUntil(
        `${times.shortDay(Date.parse(lapses_at))} ${times.at(Date.parse(lapses_at))}`,
      )
      : says.cases.suspended;
    return html`<p><strong>${said}</strong></p>`;
  }

  #evidenceOf(view: CaseView) {
    const { says, people, times, app } = this.desk;
    // An urgent note is nobody's evidence: it stands in the conversation.
    if (!view.facts.messages?.length || view.kind === NOTE) return nothing;
    const evidence = this.#evidence;
    if (!evidence) {
      return html`<div class="stack"><p class="small quiet">${says.cases.evidenceLead}</p><button
        class="btn" type="button" @click=${() =>
        void this.#readEvidence()}>${says.cases.showEvidence}</button>${
        this.#isUnread ? html`<p role="alert">${app.words.common.failed}</p>` : nothing
      }</div>`;
    }
    if (!evidence.messages.length) return html`<p class="quiet">${says.cases.noEvidence}</p>`;
    return html`
      <h2 class="h3">${says.cases.evidence}</h2>
      <ol class="history" @opened=${() => void this.#load()}>${evidence.messages.map((each) =>
        html`<li><time datetime=${each.at}>${times.shortDay(Date.parse(each.at))}, ${
          times.clock(Date.parse(each.at))
        }</time><div><p><strong>${people.name(each.sender)}</strong>${
          each.reported
            ? html`
              <span class="tag">${wordOf(says.cases.states, "reported")}</span>
            `
            : nothing
        }</p>${
          each.earlier.map(({ body }) =>
            html`
              <p class="quiet">
                <del class="note">${body}</del>
              </p>
            `
          )
        }${
          each.text !== "" || each.deleted
            ? html`<p class="note">${each.deleted ? says.cases.takenBack : each.text ?? "–"}</p>`
            : nothing
        }${
          each.files.length
            ? html`<evidence-files .desk=${this.desk} .ref=${view.id} .files=${each.files}></evidence-files>`
            : nothing
        }</div></li>`
      )}</ol>
    `;
  }

  #readingOf(view: CaseView) {
    const marked = view.kind === NOTE ? view.facts.messages ?? [] : [];
    return html`
      <conversation-reading .desk=${this.desk} .ref=${view.conversation} .member=${view
        .member} .mentor=${this.#conversation?.mentor ?? ""}
        .marked=${marked} .writer=${view.member}></conversation-reading>
    `;
  }

  #people(view: CaseView) {
    const { says, people } = this.desk;
    const place = this.#conversation;
    return html`<dl class="sum small">
      <dt>${says.cases.member}</dt><dd><a href=${Place.link("people", view.member)}>${
      people.name(view.member)
    }</a>${place ? `, ${planName(place.plan)}` : nothing}</dd>
      ${
      place
        ? html`
          <dt>${says.cases.mentor}</dt>
          <dd><a href=${Place.link("people", place.mentor)}>${people.name(place.mentor)}</a></dd>
        `
        : nothing
    }
      <dt>${says.cases.conversation}</dt><dd><a href=${
      Place.link("conversations", view.conversation)
    }>${view.conversation}</a></dd>
      <dt>${says.cases.with}</dt><dd>${
      view.assignee ? people.name(view.assignee) : says.cases.nobody
    }</dd>
    </dl>`;
  }

  async #load(): Promise<void> {
    const { http } = this.desk.app;
    const ref = this.ref;
    try {
      const view = await http.get<CaseView>(`/v1/cases/${encodeURIComponent(ref)}`);
      if (ref !== this.ref) return;
      this.#view = view;
      this.requestUpdate();
      this.#conversation = await http.get<Conversation>(
        `/v1/conversations/${encodeURIComponent(view.conversation)}`,
      );
    } catch {
      this.#isGone = !this.#view;
    }
    this.requestUpdate();
  }

  async #assign(assignee: string): Promise<void> {
    const acting: CaseActing = { assignee };
    const { http, words } = this.desk.app;
    const path = `/v1/cases/${encodeURIComponent(this.ref)}/assign`;
    const isDone = await attempt(
      async () => {
        this.#view = await http.post<CaseView>(path, acting);
      },
      words,
      (fault) => problemWords(fault, words.common.failed),
    );
    if (isDone) this.requestUpdate();
    else void this.#load();
  }

  async #readEvidence(): Promise<void> {
    const path = `/v1/cases/${encodeURIComponent(this.ref)}/evidence`;
    try {
      this.#evidence = await this.desk.app.http.get<SealedMessages>(path);
      this.#isUnread = false;
    } catch {
      this.#isUnread = true;
    }
    this.requestUpdate();
    void this.#load();
  }

  readonly #changed = (event: CustomEvent<CaseView>): void => {
    this.#view = event.detail;
    this.requestUpdate();
    this.dispatchEvent(new CustomEvent("say", { detail: event.detail.says, bubbles: true }));
    void this.#load();
  };
}

customElements.define("case-page", CasePage);
