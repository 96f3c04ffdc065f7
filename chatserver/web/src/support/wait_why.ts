// Why an answer is due when it is, and who hears when: the server's own steps, in order.

import { html, nothing } from "lit";
import type { RepliesPage, WaitStep, Why } from "../app/api_types.ts";
import { Place } from "../app/place.ts";
import type { BoardWait } from "../client/protocol.ts";
import { PageElement } from "../parts/element.ts";
import { Times } from "../parts/format.ts";
import type { Desk } from "./desk.ts";

export class WaitWhy extends PageElement {
  static override properties = { desk: { attribute: false }, wait: { attribute: false } };

  declare desk: Desk;
  declare wait: BoardWait;
  #why: Why | undefined;
  #steps: readonly WaitStep[] = [];
  #hasFailed = false;
  /** The wait that was asked about, by what it is due by. */
  #asked = "";

  protected override willUpdate(): void {
    const asked = `${this.wait.conversation} ${this.wait.waiting_since} ${this.wait.due_at}`;
    if (asked === this.#asked) return;
    this.#asked = asked;
    void this.#ask();
  }

  protected override render() {
    const { says, app } = this.desk;
    if (this.#hasFailed) {
      return html`
        <div class="why stack">
          <p role="alert">${app.words.common.failed}</p>
        </div>
      `;
    }
    const why = this.#why;
    if (!why) {
      return html`
        <div class="why stack">
          <p class="quiet" aria-busy="true">${app.words.common.loading}</p>
        </div>
      `;
    }
    const times = new Times(app.language, why.zone);
    const { due_at, waiting_since } = this.wait;
    const lead = !waiting_since
      ? app.words.due.done
      : !due_at
      ? says.board.noDeadline
      : says.board.dueAt(
        `${times.day(Date.parse(due_at), this.desk.now())} ${times.at(Date.parse(due_at))}`,
      );
    return html`
      <div class="why stack">
        <p><strong>${lead}</strong></p>
        <ol class="small">${why.steps.filter((each) => each.about === "reply").map((each) =>
          html`<li>${each.sentence}</li>`
        )}</ol>
        ${this.#steps.length
          ? html`<ul class="small">${
            this.#steps.map((each) => html`<li>${this.#told(each, times)}</li>`)
          }</ul>`
          : nothing}
        <div class="row"><a class="btn" href=${Place.link(
          "conversations",
          this.wait.conversation,
        )}>${says.board.open}</a></div>
      </div>
    `;
  }

  #told(step: WaitStep, times: Times): string {
    const { says } = this.desk;
    const who = step.to.map((each) => says.board.who[each]).join(", ");
    const at = Date.parse(step.at);
    const when = `${times.weekday(at)} ${times.at(at)}`;
    return step.told ? says.board.told(who, when) : says.board.willBeTold(who, when);
  }

  async #ask(): Promise<void> {
    const { http, language } = this.desk.app;
    const { conversation, mentor } = this.wait;
    try {
      const [why, page] = await Promise.all([
        http.get<Why>(
          `/v1/conversations/${encodeURIComponent(conversation)}/why?language=${language}`,
        ),
        http.get<RepliesPage>(`/v1/replies?mentor=${encodeURIComponent(mentor)}&limit=200`),
      ]);
      this.#why = why;
      this.#steps = page.replies.find((each) => each.conversation === conversation)?.steps ?? [];
      this.#hasFailed = false;
    } catch {
      this.#hasFailed = true;
    }
    this.requestUpdate();
  }
}

customElements.define("wait-why", WaitWhy);
