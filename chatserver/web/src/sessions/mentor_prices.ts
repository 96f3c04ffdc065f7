// What a mentor asks for sessions outside the plan, by their length.

import { html, nothing } from "lit";
import type { ListedPrice, PriceTable } from "../app/api_types.ts";
import { HttpProblem } from "../app/http.ts";
import type { App } from "../app/start.ts";
import { PageElement } from "../parts/element.ts";
import { majorUnits, minorUnits } from "../parts/format.ts";

const LENGTHS = [30, 45, 60, 90] as const;
const USUAL_CURRENCY = "NOK";

export class MentorPrices extends PageElement {
  static override properties = { app: { attribute: false } };

  declare app: App;
  #prices: ListedPrice[] | undefined;
  #said = "";
  #problem = "";

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  get #path(): string {
    return `/v1/mentors/${encodeURIComponent(this.app.user)}/prices`;
  }

  async #load(): Promise<void> {
    try {
      this.#prices = (await this.app.http.get<PriceTable>(this.#path)).prices;
    } catch {
      this.#problem = this.app.words.common.failed;
    }
    this.requestUpdate();
  }

  protected override render() {
    const { words } = this.app;
    const currency = this.#prices?.[0]?.currency ?? USUAL_CURRENCY;
    return html`
      <section class="card stack" aria-labelledby="prices-title">
        <h2 id="prices-title">${words.prices.title}</h2>
        <p class="small quiet">${words.prices.lead}</p>
        ${this.#prices
          ? html`
            <form class="stack" @submit=${this.#save}>
              <p class="field"><label for="currency">${words.prices.currency}</label><input
                          class="input input--short" id="currency" name="currency" required
                          pattern="[A-Z]{3}" maxlength="3" .value=${currency}></p>
              <div class="row">${LENGTHS.map((minutes) => this.#price(minutes))}</div>
              <p><button class="btn btn--primary" type="submit">${words.hours.save}</button></p>
            </form>
          `
          : nothing}
        <p role="status">${this.#said}</p>
        ${this.#problem ? html`<p role="alert">${this.#problem}</p>` : nothing}
      </section>
    `;
  }

  #price(minutes: number) {
    const { words } = this.app;
    const listed = this.#prices?.find((each) => each.minutes === minutes);
    const value = listed ? String(majorUnits(listed.amount, listed.currency)) : "";
    return html`
      <p
        class="field"><label for="price-${minutes}">${words.sessions.minutes(
          minutes,
        )}</label><input class="input input--short" id="price-${minutes}" name=${String(minutes)}
            type="number" min="0" step="any" .value=${value}></p>
    `;
  }

  readonly #save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const currency = String(form.get("currency"));
    this.#said = this.#problem = "";
    try {
      const prices = LENGTHS.flatMap((minutes) => {
        const said = String(form.get(String(minutes)) ?? "");
        return said ? [{ minutes, amount: minorUnits(Number(said), currency), currency }] : [];
      });
      this.#prices = (await this.app.http.put<PriceTable>(this.#path, { prices })).prices;
      this.#said = this.app.words.prices.saved;
    } catch (fault) {
      const isWrong = fault instanceof HttpProblem && fault.problem.status === 422;
      this.#problem = isWrong || fault instanceof RangeError
        ? this.app.words.prices.wrong
        : this.app.words.common.failed;
    }
    this.requestUpdate();
  };
}

customElements.define("mentor-prices", MentorPrices);
