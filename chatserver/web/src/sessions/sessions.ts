// The sessions of one conversation: what is to come, what may be booked, and what is left of the plan's credits.

import type {
  BookingDetails,
  BookingList,
  BookingView,
  CancellationView,
  CreditsView,
  FreeStarts,
  ServiceList,
} from "../app/api_types.ts";
import type { App } from "../app/start.ts";
import { Store } from "../parts/element.ts";
import type { Talk } from "../state/talk.ts";

const DAY = 24 * 60 * 60_000;
/** A period began at most so long ago, and what was booked in it is named. */
const LOOK_BACK_MS = 32 * DAY;
/** How many days of free starts are asked for at once. */
export const SLOT_DAYS = 28;

export class Sessions extends Store {
  readonly app: App;
  readonly talk: Talk;
  #bookings: BookingView[] | undefined;
  #services: ServiceList | undefined;
  #credits: CreditsView | undefined;
  #hasFailed = false;
  #asked = false;

  constructor(app: App, talk: Talk) {
    super();
    this.app = app;
    this.talk = talk;
    app.chats.chat.on("event", (event) => {
      const isOurs = event.type === "session" && event.conversation === talk.view.id ||
        event.type === "conversation" && event.conversation.id === talk.view.id;
      if (this.#asked && (isOurs || event.type === "welcome")) void this.load();
    });
  }

  /** Ask for all of it, where nobody has yet. */
  want(): void {
    if (!this.#asked) void this.load();
  }

  /** The same once there are letters to read: these come first. */
  wantAfterLetters(): void {
    if (this.#asked || this.talk.hasPage) return this.want();
    const stop = this.talk.watch(() => {
      if (!this.talk.hasPage) return;
      stop();
      this.want();
    });
  }

  async load(): Promise<void> {
    this.#asked = true;
    const { http, chats } = this.app;
    const here = `/v1/conversations/${encodeURIComponent(this.talk.view.id)}`;
    const since = new Date(chats.chat.clock.now() - LOOK_BACK_MS).toISOString();
    try {
      const [{ bookings }, services, credits] = await Promise.all([
        http.get<BookingList>(`${here}/bookings?from=${since}`),
        http.get<ServiceList>(`${here}/services`),
        http.get<CreditsView>(`${here}/credits`),
      ]);
      this.#bookings = bookings;
      this.#services = services;
      this.#credits = credits;
      this.#hasFailed = false;
    } catch {
      this.#hasFailed = true;
    }
    this.changed();
  }

  get isKnown(): boolean {
    return this.#bookings !== undefined;
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  get services(): ServiceList | undefined {
    return this.#services;
  }

  get credits(): CreditsView | undefined {
    return this.#credits;
  }

  booking(id: string): BookingView | undefined {
    return this.#bookings?.find((each) => each.id === id);
  }

  /** What has not ended, the next one first. */
  get toCome(): readonly BookingView[] {
    return (this.#bookings ?? []).filter(({ state }) => COMING.has(state));
  }

  /** The credits of the period in which that instant lies. */
  creditsAt(instant: number, day: string): Promise<CreditsView> {
    const { credits } = this;
    if (
      credits && instant >= Date.parse(credits.period.from) &&
      instant < Date.parse(credits.period.until)
    ) return Promise.resolve(credits);
    const here = `/v1/conversations/${encodeURIComponent(this.talk.view.id)}`;
    return this.app.http.get<CreditsView>(`${here}/credits?day=${day}`);
  }

  /** Free starts within SLOT_DAYS from an instant on, as instants in ms. */
  async freeStarts(service: string, minutes: number, from: number): Promise<number[]> {
    const mentor = encodeURIComponent(this.talk.view.mentor);
    const asked = new URLSearchParams({
      service,
      minutes: String(minutes),
      from: new Date(from).toISOString(),
      until: new Date(from + SLOT_DAYS * DAY).toISOString(),
    });
    const { slots } = await this.app.http.get<FreeStarts>(`/v1/mentors/${mentor}/slots?${asked}`);
    return slots.map((each) => Date.parse(each));
  }

  /** The same id again is the same booking. */
  async book(id: string, details: BookingDetails): Promise<BookingView> {
    return await this.#done(this.app.http.put<BookingView>(path(id), details));
  }

  async move(id: string, startsAt: string): Promise<BookingView> {
    return await this.#done(this.app.http.patch<BookingView>(path(id), { starts_at: startsAt }));
  }

  async cancel(id: string): Promise<BookingView> {
    return await this.#done(this.app.http.post<BookingView>(path(id, "cancel")));
  }

  async join(id: string): Promise<BookingView> {
    return await this.#done(this.app.http.post<BookingView>(path(id, "join")));
  }

  /** By the mentor: end it early, or close a call. */
  async finish(id: string): Promise<BookingView> {
    return await this.#done(this.app.http.post<BookingView>(path(id, "finish")));
  }

  /** By the mentor: the member did not come. */
  async noShow(id: string): Promise<BookingView> {
    return await this.#done(this.app.http.post<BookingView>(path(id, "no-show")));
  }

  /** What cancelling would cost now, and whether it may be moved instead. */
  cancellation(id: string): Promise<CancellationView> {
    return this.app.http.get<CancellationView>(path(id, "cancellation"));
  }

  async #done(asked: Promise<BookingView>): Promise<BookingView> {
    const booking = await asked;
    await this.load();
    return booking;
  }
}

const COMING: ReadonlySet<BookingView["state"]> = new Set([
  "booked",
  "running",
  "no_show_candidate",
]);

function path(id: string, what?: string): string {
  const booking = `/v1/bookings/${encodeURIComponent(id)}`;
  return what === undefined ? booking : `${booking}/${what}`;
}

const KNOWN = new WeakMap<Talk, Sessions>();

/** One for each conversation, whoever asks. */
export function sessionsOf(app: App, talk: Talk): Sessions {
  let found = KNOWN.get(talk);
  if (!found) {
    found = new Sessions(app, talk);
    KNOWN.set(talk, found);
  }
  return found;
}
