// Sessions that come again every so many weeks: begun while one books for a member, listed there, and ended.

import { html, nothing } from "lit";
import type { SeriesHeading, SeriesList, SeriesResource } from "../app/api_types.ts";
import { SessionsElement } from "./element.ts";
import type { Sessions } from "./sessions.ts";
import { serviceName } from "./session_words.ts";

/** Weeks from one to the next; 0 is once. */
const RHYTHMS = [0, 1, 2, 4] as const;

/** A field: how often. */
export function repeatField(chosen: number, sessions: Sessions, choose: (weeks: number) => void) {
  const { series: words } = sessions.app.words;
  const changed = (event: Event) => choose(Number((event.target as HTMLSelectElement).value));
  return html`
    <p class="field"><label for="repeat">${words.repeat}</label><select class="input" id="repeat"
      @change=${changed}>${RHYTHMS.map((weeks) =>
        html`<option value=${weeks} ?selected=${weeks === chosen}>${
          weeks ? words.every(weeks) : words.once
        }</option>`
      )}</select></p>
  `;
}

/** Begin a series; how many of its first times could not be booked. The same id again is the same series. */
export async function beginSeries(
  id: string,
  sessions: Sessions,
  asked: { service: string; first: number; minutes: number; weeks: number },
): Promise<number> {
  const { places } = await sessions.app.http.put<SeriesResource>(
    `/v1/series/${encodeURIComponent(id)}`,
    {
      conversation: sessions.talk.view.id,
      service: asked.service,
      first: new Date(asked.first).toISOString(),
      minutes: asked.minutes,
      every_weeks: asked.weeks,
    },
  );
  await sessions.load();
  return places.filter((each) => each.refused !== null).length;
}

export class RunningSeries extends SessionsElement {
  #series: readonly SeriesHeading[] = [];
  #shown: Sessions | undefined;
  #problem = "";

  protected override updated(): void {
    if (this.sessions === this.#shown) return;
    this.#shown = this.sessions;
    void this.#load();
  }

  async #load(): Promise<void> {
    const { sessions } = this;
    const { app, talk } = sessions;
    const path = `/v1/conversations/${encodeURIComponent(talk.view.id)}/series`;
    let series: readonly SeriesHeading[] = [];
    let problem = "";
    try {
      series = (await app.http.get<SeriesList>(path)).series;
    } catch {
      problem = app.words.common.failed;
    }
    // Meanwhile another member may have been picked.
    if (sessions !== this.#shown) return;
    this.#series = series;
    this.#problem = problem;
    this.requestUpdate();
  }

  protected override render() {
    const { words } = this.sessions.app;
    const running = this.#series.filter((each) =>
      each.ended_from === null && (each.until === null || Date.parse(each.until) > this.now)
    );
    return html`
      ${this.#problem ? html`<p role="alert">${this.#problem}</p>` : nothing}
      ${running.length
        ? html`
          <section aria-labelledby="running-series">
            <h2 id="running-series">${words.series.title}</h2>
            <ul class="list">${running.map((each) => this.#row(each))}</ul>
          </section>
        `
        : nothing}
    `;
  }

  #row(each: SeriesHeading) {
    const { words } = this.sessions.app;
    const first = Date.parse(each.first);
    const when = `${this.times.weekday(first)} ${this.times.at(first)}`;
    return html`<li><span><strong>${serviceName(each.service, words)}</strong><br><span
      class="quiet">${
      words.series.every(each.every_weeks)
    }, ${when}</span></span><button class="btn"
      type="button" aria-label=${words.series.endThat(when)}
      @click=${() => this.#end(each)}>${words.series.end}</button></li>`;
  }

  /** What is booked of it stays: that is moved or cancelled one by one. */
  async #end({ id }: SeriesHeading): Promise<void> {
    const { app } = this.sessions;
    try {
      await app.http.delete(`/v1/series/${encodeURIComponent(id)}`);
      this.say(app.words.series.ended);
      await this.#load();
    } catch {
      this.#problem = app.words.common.failed;
      this.requestUpdate();
    }
  }
}

customElements.define("running-series", RunningSeries);
