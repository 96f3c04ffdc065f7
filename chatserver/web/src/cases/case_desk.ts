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

const LATELY_MS = 30 * 24 * 60 * 60_000;

export class CaseDesk extends Store {
  readonly #app: App;
  #cases: CaseSummary[] | undefined;
  #over: CaseSummary[] = [];
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

  /** What came of others lately, newest first; what was only taken back is left out. */
  get over(): readonly CaseSummary[] {
    return this.#over;
  }

  get hasFailed(): boolean {
    return this.#failed;
  }

  async load(): Promise<void> {
    try {
      const [open, all] = await Promise.all(
        ["open=true", "limit=20"].map((which) =>
          this.#app.http.get<CaseList>(`/v1/cases?${which}`)
        ),
      );
      this.#cases = open!.cases;
      this.#over = all!.cases.filter((each) => isNews(each, Date.parse(all!.now)));
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

/** Whether it ended lately, and not by who opened it or with the conversation. */
function isNews({ ended_at, state }: CaseSummary, now: number): boolean {
  return ended_at !== null && !["withdrawn", "overtaken"].includes(state) &&
    now - Date.parse(ended_at) < LATELY_MS;
}

const desks = new WeakMap<App, CaseDesk>();

/** One for all that shows cases. */
export function caseDeskOf(app: App): CaseDesk {
  let desk = desks.get(app);
  if (!desk) desks.set(app, desk = new CaseDesk(app));
  return desk;
}
