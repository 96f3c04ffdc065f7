// One's cases and requests, as the server tells of them: asked for when they are looked at, and again when one changes.

import type { App } from "../app/start.ts";
import type {
  CaseActing,
  CaseChoices,
  CaseDetails,
  CaseList,
  CaseSummary,
  CaseView,
} from "../app/api_types.ts";
import { Store } from "../parts/element.ts";

export class CaseDesk extends Store {
  readonly #app: App;
  #cases: CaseSummary[] | undefined;
  #failed = false;

  constructor(app: App) {
    super();
    this.#app = app;
    app.chats.chat.on("event", (event) => {
      if (event.type === "case" && this.#cases) void this.load();
    });
  }

  /** The open ones, newest first; undefined until they are there. */
  get cases(): readonly CaseSummary[] | undefined {
    return this.#cases;
  }

  get hasFailed(): boolean {
    return this.#failed;
  }

  async load(): Promise<void> {
    try {
      const { cases } = await this.#app.http.get<CaseList>("/v1/cases?open=true");
      this.#cases = cases;
      this.#failed = false;
    } catch {
      this.#failed = true;
    }
    this.changed();
  }

  /** What may be opened in a conversation: the lines of a menu. */
  async choices(conversation: string): Promise<CaseChoices> {
    return await this.#app.http.get<CaseChoices>(
      `/v1/conversations/${encodeURIComponent(conversation)}/case-choices`,
    );
  }

  /** Whole, with its history. */
  async find(id: string): Promise<CaseView> {
    return await this.#app.http.get<CaseView>(`/v1/cases/${encodeURIComponent(id)}`);
  }

  /** Open one; the same `id` again is the same case. */
  async open(id: string, details: CaseDetails): Promise<void> {
    await this.#app.http.put(`/v1/cases/${encodeURIComponent(id)}`, details);
    await this.load();
  }

  async act(id: string, action: string, acting: CaseActing): Promise<void> {
    await this.#app.http.post(
      `/v1/cases/${encodeURIComponent(id)}/${encodeURIComponent(action)}`,
      acting,
    );
    await this.load();
  }
}

const desks = new WeakMap<App, CaseDesk>();

/** One for all that shows cases. */
export function caseDeskOf(app: App): CaseDesk {
  let desk = desks.get(app);
  if (!desk) desks.set(app, desk = new CaseDesk(app));
  return desk;
}
