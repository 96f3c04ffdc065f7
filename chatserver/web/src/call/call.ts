// One video call: who is in it, the line between the two, and how it ends. A line that breaks is mended for as long as both stay.

import type { BookingView, CallView, ServiceList } from "../app/api_types.ts";
import { HttpProblem } from "../app/http.ts";
import type { App } from "../app/start.ts";
import { Store } from "../parts/element.ts";
import type { Talk } from "../state/talk.ts";
import { Devices } from "./devices.ts";
import { type Kind, Line } from "./line.ts";
import { type Manner, type Signal, Signals } from "./signals.ts";

export type Phase =
  | "loading"
  | "check"
  | "in"
  | "left"
  | "failed"
  | "over"
  | "cancelled"
  | "suspended"
  | "elsewhere"
  | "missing"
  | "unreachable";

/** What is spoken, and shown for a moment. */
export type Moment = "joined" | "left" | "lost" | "back";

/** How often one asks who is there, while there is no line. */
const ASK_MS = 4_000;
/** A way that is being looked for is given so long before another one is. */
const PATIENCE_MS = 8_000;
/** Where both are there and no line came so long, none will. */
const HOPELESS_MS = 45_000;
const GOES_ON: ReadonlySet<BookingView["state"]> = new Set([
  "booked",
  "running",
  "no_show_candidate",
]);

export class Call extends Store {
  readonly app: App;
  readonly id: string;
  readonly devices = new Devices();
  booking: BookingView | undefined;
  /** Minutes before the start from which on one may join. */
  joinMinutes = 10;
  /** Why joining was refused: what the server said. */
  refusal: unknown;
  /** Of the other side, once it has said so. */
  manner: Manner | undefined;
  /** Whether the other side was in the call and has left it. */
  hasLeft = false;
  isRelayed = true;
  #phase: Phase = "loading";
  #signals: Signals | undefined;
  #line: Line | undefined;
  /** The other side's page. */
  #peer: string | undefined;
  #servers: RTCIceServer[] = [];
  #peerSince = 0;
  #since = 0;
  #metAt = 0;
  #triedAt = 0;
  #wasConnected = false;
  #isJoining = false;
  #said = "";
  #asking: ReturnType<typeof setInterval> | undefined;
  #stop: (() => void)[] = [];
  #lock: WakeLockSentinel | undefined;
  readonly #onMoment: (moment: Moment) => void;

  constructor(app: App, id: string, onMoment: (moment: Moment) => void) {
    super();
    this.app = app;
    this.id = id;
    this.#onMoment = onMoment;
    this.devices.watch(() => this.#devicesChanged());
    app.chats.watch(() => this.changed());
    app.chats.chat.on("event", (event) => {
      if (event.type === "session" && event.booking?.id === id) this.#become(event.booking);
      this.#stopWhereSuspended();
      if (event.type !== "welcome") return;
      this.#findTalk();
      // What was said meanwhile is lost: who is there says so again.
      if (this.#phase === "in") this.#ask();
    });
    addEventListener("pagehide", () => this.#signals?.say({ kind: "bye" }, this.#peer));
  }

  get phase(): Phase {
    return this.#phase;
  }

  get talk(): Talk | undefined {
    return this.booking && this.app.chats.talk(this.booking.conversation);
  }

  /** Nobody joins while it is; who is in a call leaves it. */
  #stopWhereSuspended(): void {
    const isOpen = this.#phase === "check" || this.#phase === "in" || this.#phase === "left";
    if (isOpen && this.talk?.view.status === "suspended") this.#end("suspended");
  }

  /** It may stand on a later page of a mentor's list. */
  #findTalk(): void {
    if (this.booking) void this.app.chats.find(this.booking.conversation).catch(() => {});
  }

  get line(): Line | undefined {
    return this.#line;
  }

  /** Whether the other side is in the call, or was until the line broke. */
  get isTogether(): boolean {
    return this.#peer !== undefined;
  }

  async load(): Promise<void> {
    this.#go("loading");
    try {
      const path = `/v1/bookings/${encodeURIComponent(this.id)}`;
      const booking = await this.app.http.get<BookingView>(path);
      const here = `/v1/conversations/${encodeURIComponent(booking.conversation)}`;
      const services = await this.app.http.get<ServiceList>(`${here}/services`);
      this.joinMinutes = services.join_minutes;
      this.booking = booking;
      this.#findTalk();
      if (booking.service !== "video_call") return this.#go("missing");
      this.#go("check");
      this.#become(booking);
      if (this.#phase === "check") await this.devices.start();
    } catch (fault) {
      const isMissing = fault instanceof HttpProblem && fault.problem.status === 404;
      this.#go(isMissing ? "missing" : "unreachable");
    }
  }

  async join(): Promise<void> {
    if (this.#isJoining) return;
    this.#isJoining = true;
    this.refusal = undefined;
    const before = this.#phase;
    try {
      const path = `/v1/bookings/${encodeURIComponent(this.id)}`;
      const call = await this.app.http.get<CallView>(`${path}/call`);
      this.booking = await this.app.http.post<BookingView>(`${path}/join`);
      if (!this.devices.isStarted) await this.devices.start();
      // While the browser asked for the camera the session may have been cancelled, or suspended.
      if (this.#phase !== before) return this.devices.stop();
      this.#servers = call.ice_servers.map(serverOf);
      this.isRelayed = call.relayed;
      this.#enter(call.to);
    } catch (fault) {
      this.refusal = fault;
      this.changed();
    } finally {
      this.#isJoining = false;
    }
  }

  leave(): void {
    this.#signals?.say({ kind: "bye" }, this.#peer);
    this.#end("left");
  }

  /** By the mentor: the session ends for both. */
  async finish(): Promise<void> {
    await this.#done("finish");
  }

  /** By the mentor: the member did not come. */
  async noShow(): Promise<void> {
    await this.#done("no-show");
  }

  async #done(what: "finish" | "no-show"): Promise<void> {
    try {
      const path = `/v1/bookings/${encodeURIComponent(this.id)}/${what}`;
      this.#become(await this.app.http.post<BookingView>(path));
    } catch (fault) {
      this.refusal = fault;
      this.changed();
    }
  }

  #enter(person: string): void {
    this.#leaveLine();
    const signals = new Signals(this.app.chats.chat, this.id, person);
    this.#signals = signals;
    this.#stop = [signals.hear((signal) => this.#take(signal))];
    this.#since = this.app.chats.chat.clock.now();
    this.hasLeft = false;
    this.#said = "";
    this.#go("in");
    this.#ask();
    this.#asking = setInterval(() => this.#look(), ASK_MS);
    addEventListener("online", this.#ask);
    this.#stop.push(() => removeEventListener("online", this.#ask));
    void navigator.wakeLock?.request("screen").then((lock) => {
      if (this.#phase === "in") this.#lock = lock;
      else void lock.release();
    }).catch(() => {});
  }

  /** While there is no line, ask again; where there is no hope, say so. */
  #look(): void {
    if (this.#line?.state === "connected") return;
    const isOnline = this.app.chats.state === "online";
    if (!isOnline) this.#metAt = Date.now();
    const isHopeless = this.#peer !== undefined && !this.#wasConnected &&
      Date.now() - this.#metAt > HOPELESS_MS;
    if (isHopeless) return this.#end("failed");
    this.#ask();
  }

  readonly #ask = (): void => {
    this.#signals?.say({ kind: "here", manner: this.#manner, since: this.#since });
  };

  #take(signal: Signal): void {
    switch (signal.kind) {
      case "here":
        if (this.#isOld(signal.page, signal.since)) return;
        this.#signals?.say(
          { kind: "hello", manner: this.#manner, since: this.#since },
          signal.page,
        );
        this.#meet(signal.page, signal.manner, signal.since);
        return;
      case "hello":
        if (this.#isOld(signal.page, signal.since)) return;
        this.#meet(signal.page, signal.manner, signal.since);
        return;
      case "elsewhere":
        this.#peer = undefined;
        this.#end("elsewhere");
        return;
    }
    if (signal.page !== this.#peer) return;
    switch (signal.kind) {
      case "manner":
        this.manner = signal.manner;
        this.changed();
        return;
      case "description":
        this.#line?.take(signal.description);
        return;
      case "candidates":
        for (const each of signal.candidates) this.#line?.takeCandidate(each);
        return;
      case "bye":
        this.#part();
        this.hasLeft = true;
        this.#onMoment("left");
        this.changed();
    }
  }

  /** Whether the other person has come by a newer page since; that one may have missed it. */
  #isOld(page: string, since: number): boolean {
    if (this.#peer === undefined || page === this.#peer || since >= this.#peerSince) return false;
    this.#signals?.say({ kind: "elsewhere" }, page);
    return true;
  }

  #meet(page: string, manner: Manner, since: number): void {
    this.manner = manner;
    if (page === this.#peer) {
      this.#mend();
      return this.changed();
    }
    const isNew = this.#peer === undefined;
    if (this.#peer !== undefined) this.#signals?.say({ kind: "elsewhere" }, this.#peer);
    this.#part();
    this.#peer = page;
    this.#peerSince = since;
    this.manner = manner;
    this.hasLeft = false;
    this.#metAt = Date.now();
    this.#lay();
    if (isNew) this.#onMoment("joined");
    this.changed();
  }

  /** A line to the other side's page. */
  #lay(): void {
    const [page, signals] = [this.#peer, this.#signals];
    if (page === undefined || !signals) return;
    this.#line?.close();
    this.#triedAt = Date.now();
    const line = new Line({
      servers: this.#servers,
      polite: this.app.role === "member",
      tracks: this.devices.tracks,
      describe: (description) => signals.say({ kind: "description", description }, page),
      candidate: (candidate) => signals.sayCandidate(candidate, page),
      broken: (fault) => this.#startOver(fault),
    });
    let before = line.state;
    line.watch(() => {
      if (line !== this.#line) return;
      if (line.state !== before) this.#heard(line.state);
      before = line.state;
      this.changed();
    });
    this.#line = line;
  }

  #heard(state: Line["state"]): void {
    if (state === "lost") {
      this.#onMoment("lost");
      this.#triedAt = 0;
      this.#ask();
      this.#mend();
    } else if (state === "connected") {
      if (this.#wasConnected) this.#onMoment("back");
      this.#wasConnected = true;
    }
  }

  #mend(): void {
    const isDown = this.#line !== undefined && this.#line.state !== "connected";
    if (!isDown || Date.now() - this.#triedAt < PATIENCE_MS) return;
    this.#triedAt = Date.now();
    this.#line?.again();
  }

  /** As a new page, which the other side meets anew. */
  #startOver(fault: unknown): void {
    console.warn("the line is laid anew", fault);
    if (this.#signals && this.#phase === "in") {
      const { person } = this.#signals;
      const hadLine = this.#wasConnected;
      this.#enter(person);
      this.#wasConnected = hadLine;
    }
  }

  get #manner(): Manner {
    const { isMuted, isSharing, camera } = this.devices;
    return { muted: isMuted, camera: isSharing ? "screen" : camera ? "on" : "off" };
  }

  #devicesChanged(): void {
    const { tracks } = this.devices;
    for (const kind of Object.keys(tracks) as Kind[]) this.#line?.send(kind, tracks[kind]);
    const said = JSON.stringify(this.#manner);
    if (this.#phase === "in" && this.#peer !== undefined && said !== this.#said) {
      this.#said = said;
      this.#signals?.say({ kind: "manner", manner: this.#manner }, this.#peer);
    }
    this.changed();
  }

  #become(booking: BookingView): void {
    this.booking = booking;
    if (booking.state === "cancelled") this.#end("cancelled");
    else if (!GOES_ON.has(booking.state)) this.#end("over");
    else this.changed();
  }

  #end(phase: Phase): void {
    this.#leaveLine();
    this.devices.stop();
    this.#go(phase);
  }

  #leaveLine(): void {
    clearInterval(this.#asking);
    for (const stop of this.#stop) stop();
    this.#stop = [];
    this.#part();
    this.#signals?.stop();
    this.#signals = undefined;
    this.#wasConnected = false;
    void this.#lock?.release().catch(() => {});
    this.#lock = undefined;
  }

  #part(): void {
    this.#line?.close();
    this.#line = undefined;
    this.#peer = undefined;
    this.manner = undefined;
  }

  #go(phase: Phase): void {
    this.#phase = phase;
    this.changed();
  }
}

function serverOf({ urls, username, credential }: CallView["ice_servers"][number]): RTCIceServer {
  return username && credential ? { urls, username, credential } : { urls };
}
