// What its person hears of, newest first: pages of the list, and that they have seen it.

import type { NoticeInWords, NoticeList } from "../app/api_types.ts";
import type { Http } from "../app/http.ts";
import { Store } from "../parts/element.ts";
import type { Chats } from "./chats.ts";

const PAGE = 20;
/** So many are looked through for what was read elsewhere. */
const LOOKED_AT = 100;

export class Notices extends Store {
  readonly #http: Http;
  readonly #chats: Chats;
  readonly #path: string;
  #list: readonly NoticeInWords[] = [];
  #more = false;
  #isThere = false;
  #failed = false;
  #loading: Promise<void> | undefined;

  constructor(http: Http, chats: Chats) {
    super();
    this.#http = http;
    this.#chats = chats;
    this.#path = `/v1/people/${encodeURIComponent(chats.user)}/notices`;
  }

  /** By when it was: the server's order is that in which it noted them, and what it finds out later may be older. */
  get list(): readonly NoticeInWords[] {
    return this.#list.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
  }

  /** Whether older ones exist. */
  get more(): boolean {
    return this.#more;
  }

  /** Whether a page has come. */
  get isThere(): boolean {
    return this.#isThere;
  }

  /** Whether the server did not answer when it was asked last. */
  get failed(): boolean {
    return this.#failed;
  }

  /** How many have come that nobody has seen here. */
  get unread(): number {
    return this.#chats.unreadNotices;
  }

  /** The newest page, which its person sees from then on. */
  open(): Promise<void> {
    return this.#do(async () => {
      const page = await this.#http.get<NoticeList>(`${this.#path}?limit=${PAGE}`);
      this.#list = page.notices;
      this.#more = page.more;
      this.#isThere = true;
      const newest = page.notices[0];
      if (newest && page.unread) await this.#http.post(`${this.#path}/read`, { upto: newest.id });
    });
  }

  older(): Promise<void> {
    return this.#do(async () => {
      const last = this.#list.at(-1);
      const before = last ? `&before=${last.id}` : "";
      const page = await this.#http.get<NoticeList>(`${this.#path}?limit=${PAGE}${before}`);
      this.#list = [...this.#list, ...page.notices];
      this.#more = page.more;
    });
  }

  /** That somebody wrote is no news to whoever has read it: such notices are read too. */
  async settle(): Promise<void> {
    const page = await this.#http.get<NoticeList>(`${this.#path}?limit=${LOOKED_AT}`);
    const ids = page.notices
      .filter((each) => !each.read && each.event === "message.unread" && this.#hasRead(each))
      .map((each) => each.id);
    if (ids.length) await this.#http.post(`${this.#path}/read`, { ids });
  }

  #hasRead({ conversation }: NoticeInWords): boolean {
    return conversation !== null && this.#chats.talk(conversation)?.unread === 0;
  }

  #do(work: () => Promise<void>): Promise<void> {
    return this.#loading ??= work().then(
      () => this.#ended(false),
      () => this.#ended(true),
    );
  }

  #ended(failed: boolean): void {
    this.#loading = undefined;
    this.#failed = failed;
    this.changed();
  }
}
