// What the two pages of a call say to each other over the chat's socket. A page that was away missed what was said.

import type { Chat } from "../client/chat.ts";

/** How somebody is in the call, for the other to see. */
export interface Manner {
  muted: boolean;
  camera: "on" | "off" | "screen";
}

/**
 * `here`: one is in the call, and wants to know who is. `hello`: so am I. `elsewhere`: you are in it by a newer page.
 * `since` is when its page joined, by the server's clock in ms: of somebody's pages the newest one counts.
 */
export type Said =
  | { kind: "here" | "hello"; manner: Manner; since: number }
  | { kind: "manner"; manner: Manner }
  | { kind: "description"; description: RTCSessionDescriptionInit }
  | { kind: "candidates"; candidates: RTCIceCandidateInit[] }
  | { kind: "bye" | "elsewhere" };

/** With the name of the page that says it, and of the one that it is for: somebody may have the call open twice. */
export type Signal = Said & { page: string; to?: string };

/** Candidates come in a burst: what a moment brings goes together. */
const TOGETHER_MS = 50;

export class Signals {
  readonly page = crypto.randomUUID();
  readonly #chat: Chat;
  readonly #booking: string;
  /** Who hears it. */
  readonly person: string;
  #candidates: RTCIceCandidateInit[] = [];
  #soon: ReturnType<typeof setTimeout> | undefined;

  constructor(chat: Chat, booking: string, person: string) {
    this.#chat = chat;
    this.#booking = booking;
    this.person = person;
  }

  /** Hear what the other person's pages say to this one, until the function that comes back is called. */
  hear(take: (signal: Signal) => void): () => void {
    return this.#chat.on("event", (event) => {
      if (event.type !== "signal") return;
      if (event.booking !== this.#booking || event.from !== this.person) return;
      const signal = read(event.data);
      if (signal && (signal.to === undefined || signal.to === this.page)) take(signal);
    });
  }

  /** Say it now, or not at all: without a connection it is lost, and whoever is back asks anew. */
  say(said: Said, to?: string): boolean {
    const signal: Signal = { ...said, page: this.page, ...(to === undefined ? {} : { to }) };
    return this.#chat.say({
      type: "signal",
      booking: this.#booking,
      to: this.person,
      data: JSON.stringify(signal),
    });
  }

  /** One of several that come in a burst. */
  sayCandidate(candidate: RTCIceCandidateInit, to: string): void {
    this.#candidates.push(candidate);
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      const candidates = this.#candidates;
      this.#candidates = [];
      this.say({ kind: "candidates", candidates }, to);
    }, TOGETHER_MS);
  }

  stop(): void {
    clearTimeout(this.#soon);
  }
}

/** Null where it is nothing that this version knows. */
function read(data: string): Signal | null {
  try {
    const signal = JSON.parse(data) as Signal | null;
    return signal && typeof signal.page === "string" && KINDS.has(signal.kind) ? signal : null;
  } catch {
    return null;
  }
}

const KINDS: ReadonlySet<string> = new Set<Said["kind"]>([
  "here",
  "hello",
  "manner",
  "description",
  "candidates",
  "bye",
  "elsewhere",
]);
