// The line between the two pages of a call: sound and picture both ways, by WebRTC. It is mended where the network changes.
//
// Perfect negotiation (WebRTC 1.0, 10.7): both sides may make an offer at any time, and the polite one gives way. The other
// one makes the first offer, and with it the places for sound and picture, so that both sides fill the same two.

import { Store } from "../parts/element.ts";

export type LineState = "connecting" | "connected" | "lost";
export type Kind = "audio" | "video";

export interface LineOptions {
  servers: RTCIceServer[];
  polite: boolean;
  tracks: Readonly<Record<Kind, MediaStreamTrack | null>>;
  describe: (description: RTCSessionDescriptionInit) => void;
  candidate: (candidate: RTCIceCandidateInit) => void;
  /** The two do not understand each other: only a new line helps. */
  broken: (fault: unknown) => void;
}

const KINDS: readonly Kind[] = ["audio", "video"];

export class Line extends Store {
  /** What comes from the other side. */
  readonly remote = new MediaStream();
  readonly #options: LineOptions;
  readonly #connection: RTCPeerConnection;
  readonly #tracks: Record<Kind, MediaStreamTrack | null>;
  /** Names both as of one source, so that lips and voice keep together. */
  readonly #together = new MediaStream();
  #state: LineState = "connecting";
  #isMakingOffer = false;
  #isSettingAnswer = false;
  #ignoresOffer = false;
  #taking: Promise<void> = Promise.resolve();

  constructor(options: LineOptions) {
    super();
    this.#options = options;
    this.#tracks = { ...options.tracks };
    const connection = new RTCPeerConnection({
      iceServers: options.servers,
      bundlePolicy: "max-bundle",
    });
    this.#connection = connection;
    connection.onicecandidate = ({ candidate }) => {
      if (candidate) options.candidate(candidate.toJSON());
    };
    connection.ontrack = ({ track }) => {
      this.remote.addTrack(track);
      this.changed();
    };
    connection.onconnectionstatechange = () => this.#look();
    connection.onnegotiationneeded = () => void this.#offer();
    if (options.polite) return;
    for (const kind of KINDS) {
      const { sender } = connection.addTransceiver(kind, {
        direction: "sendrecv",
        streams: [this.#together],
      });
      void sender.replaceTrack(this.#tracks[kind]);
    }
  }

  get state(): LineState {
    return this.#state;
  }

  /** What goes to the other side from now on; null for nothing. */
  send(kind: Kind, track: MediaStreamTrack | null): void {
    if (this.#tracks[kind] === track) return;
    this.#tracks[kind] = track;
    void this.#place(kind)?.sender.replaceTrack(track);
  }

  take(description: RTCSessionDescriptionInit): void {
    this.#inTurn(() => this.#take(description));
  }

  takeCandidate(candidate: RTCIceCandidateInit): void {
    this.#inTurn(async () => {
      try {
        await this.#connection.addIceCandidate(candidate);
      } catch (fault) {
        // Of an offer that was ignored, or of a way that was given up: others come.
        if (!this.#ignoresOffer) console.debug("a candidate was not taken", fault);
      }
    });
  }

  /** Find a way anew: the network is another one, or something that was said was lost. */
  again(): void {
    const { signalingState, localDescription, remoteDescription } = this.#connection;
    if (signalingState === "have-local-offer" && localDescription) {
      this.#options.describe(localDescription.toJSON());
    } else if (signalingState === "stable" && remoteDescription) {
      this.#connection.restartIce();
    }
  }

  close(): void {
    const connection = this.#connection;
    connection.onconnectionstatechange = null;
    connection.onnegotiationneeded = null;
    connection.onicecandidate = null;
    connection.close();
  }

  #inTurn(act: () => Promise<void>): void {
    this.#taking = this.#taking.then(act).catch((fault) => {
      if (this.#connection.signalingState !== "closed") this.#options.broken(fault);
    });
  }

  async #offer(): Promise<void> {
    try {
      this.#isMakingOffer = true;
      await this.#connection.setLocalDescription();
      this.#describe();
    } catch (fault) {
      if (this.#connection.signalingState !== "closed") this.#options.broken(fault);
    } finally {
      this.#isMakingOffer = false;
    }
  }

  async #take(description: RTCSessionDescriptionInit): Promise<void> {
    const connection = this.#connection;
    const isOffer = description.type === "offer";
    // An answer that comes twice, or to an offer that was taken back.
    if (!isOffer && connection.signalingState !== "have-local-offer") return;
    const isReady = !this.#isMakingOffer &&
      (connection.signalingState === "stable" || this.#isSettingAnswer);
    this.#ignoresOffer = isOffer && !isReady && !this.#options.polite;
    if (this.#ignoresOffer) return;
    this.#isSettingAnswer = !isOffer;
    try {
      await connection.setRemoteDescription(description);
    } finally {
      this.#isSettingAnswer = false;
    }
    if (!isOffer) return;
    await this.#fillPlaces();
    await connection.setLocalDescription();
    this.#describe();
  }

  /** Those that the other side's first offer made. */
  async #fillPlaces(): Promise<void> {
    for (const kind of KINDS) {
      const place = this.#place(kind);
      if (!place) continue;
      place.direction = "sendrecv";
      place.sender.setStreams(this.#together);
      await place.sender.replaceTrack(this.#tracks[kind]);
    }
  }

  #place(kind: Kind): RTCRtpTransceiver | undefined {
    return this.#connection.getTransceivers().find(({ receiver }) => receiver.track.kind === kind);
  }

  #describe(): void {
    const { localDescription } = this.#connection;
    if (localDescription) this.#options.describe(localDescription.toJSON());
  }

  #look(): void {
    const { connectionState } = this.#connection;
    const before = this.#state;
    if (connectionState === "connected") this.#state = "connected";
    else if (before === "connected") this.#state = "lost";
    if (this.#state !== before) this.changed();
  }
}
