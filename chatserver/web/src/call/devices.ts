// Camera, microphone and screen of this device, as far as the browser lets the page use them.

import { Store } from "../parts/element.ts";
import type { Kind } from "./line.ts";

/** Why something is not there: the person or the browser said no, there is none, or another program has it. */
export type DeviceProblem = "denied" | "missing" | "busy";

const VIDEO: MediaTrackConstraints = {
  width: { ideal: 960 },
  height: { ideal: 540 },
  frameRate: { ideal: 24 },
};
const AUDIO: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true };

export class Devices extends Store {
  #camera: MediaStreamTrack | null = null;
  #microphone: MediaStreamTrack | null = null;
  #screen: MediaStreamTrack | null = null;
  #preview: MediaStream | null = null;
  #known: readonly MediaDeviceInfo[] = [];
  #problem: DeviceProblem | null = null;
  #failed: "camera" | "microphone" | "screen" | null = null;
  #isMuted = false;
  /** Whether the person wants to be seen. */
  #isShown = true;
  #isStarted = false;
  /** Changes with each end: what was asked for before and comes after it is let go. */
  #use = {};

  /** Ask for camera and microphone; whichever of them there is will do. */
  async start(): Promise<void> {
    this.stop();
    this.#problem = null;
    this.#failed = null;
    const use = this.#use;
    navigator.mediaDevices?.addEventListener("devicechange", this.#list);
    await this.#open({ audio: AUDIO, ...(this.#isShown ? { video: VIDEO } : {}) }, use);
    if (this.#problem !== null && this.#problem !== "denied") {
      const problem: DeviceProblem = this.#problem;
      await this.#open({ audio: AUDIO }, use);
      if (this.#isShown) await this.#open({ video: VIDEO }, use);
      if (use !== this.#use) return;
      this.#problem = (this.#camera || !this.#isShown) && this.#microphone ? null : problem;
    }
    if (use !== this.#use) return;
    this.#isStarted = true;
    await this.#list();
  }

  stop(): void {
    navigator.mediaDevices?.removeEventListener("devicechange", this.#list);
    this.#use = {};
    for (const each of [this.#camera, this.#microphone, this.#screen]) each?.stop();
    this.#camera = this.#microphone = this.#screen = null;
    this.#isStarted = false;
    this.#show();
  }

  /** Whether it is known which there are. */
  get isStarted(): boolean {
    return this.#isStarted;
  }

  get problem(): DeviceProblem | null {
    return this.#problem;
  }

  /** What was wanted last and did not come. */
  get failed(): "camera" | "microphone" | "screen" | null {
    return this.#failed;
  }

  get camera(): MediaStreamTrack | null {
    return this.#camera;
  }

  get microphone(): MediaStreamTrack | null {
    return this.#microphone;
  }

  get isSharing(): boolean {
    return this.#screen !== null;
  }

  get isMuted(): boolean {
    return this.#isMuted || this.#microphone === null;
  }

  /** What the other side gets to hear and see. */
  get tracks(): Record<Kind, MediaStreamTrack | null> {
    return { audio: this.#microphone, video: this.#screen ?? this.#camera };
  }

  /** What the other side sees, for whoever is seen; null for nothing. */
  get preview(): MediaStream | null {
    return this.#preview;
  }

  of(kind: "videoinput" | "audioinput"): readonly MediaDeviceInfo[] {
    // Without leave a browser names none.
    return this.#known.filter((each) => each.kind === kind && each.deviceId !== "");
  }

  get canShare(): boolean {
    return typeof navigator.mediaDevices?.getDisplayMedia === "function";
  }

  async choose(kind: "videoinput" | "audioinput", id: string): Promise<void> {
    if (kind === "videoinput") {
      this.#camera?.stop();
      this.#isShown = true;
      await this.#open({ video: { ...VIDEO, deviceId: { exact: id } } });
    } else {
      this.#microphone?.stop();
      await this.#open({ audio: { ...AUDIO, deviceId: { exact: id } } });
    }
    this.#note(kind === "videoinput" ? "camera" : "microphone");
  }

  mute(isMuted: boolean): void {
    this.#isMuted = isMuted;
    if (this.#microphone) this.#microphone.enabled = !isMuted;
    this.changed();
  }

  /** A camera that is off is let go: its light goes out. */
  async show(isOn: boolean): Promise<void> {
    this.#isShown = isOn;
    if (isOn) {
      if (!this.#camera) await this.#open({ video: VIDEO });
      this.#note("camera");
    } else {
      this.#camera?.stop();
      this.#camera = null;
      this.#show();
    }
  }

  /** Whoever closes the browser's own dialog has changed their mind. */
  async share(): Promise<void> {
    this.#failed = null;
    const use = this.#use;
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({ video: true });
      const [screen] = stream.getVideoTracks();
      if (use !== this.#use) return screen?.stop();
      this.#screen = screen ?? null;
      // The browser has a button of its own for it.
      screen?.addEventListener("ended", () => this.stopSharing());
    } catch (fault) {
      if (faultName(fault) !== "NotAllowedError") this.#failed = "screen";
    }
    this.#show();
  }

  stopSharing(): void {
    this.#screen?.stop();
    this.#screen = null;
    this.#show();
  }

  async #open(wanted: MediaStreamConstraints, use = this.#use): Promise<void> {
    if (use !== this.#use) return;
    try {
      const stream = await navigator.mediaDevices.getUserMedia(wanted);
      for (const track of stream.getTracks()) this.#take(track, use);
      if (use !== this.#use) return;
      this.#problem = null;
    } catch (fault) {
      if (use !== this.#use) return;
      this.#problem = problemOf(fault);
      if (wanted.audio && !wanted.video) this.#microphone = null;
      if (wanted.video && !wanted.audio) this.#camera = null;
    }
    this.#show();
  }

  /** The person may have answered the browser late: after they have left, or have turned the camera off. */
  #take(track: MediaStreamTrack, use: object): void {
    const isAudio = track.kind === "audio";
    if (use !== this.#use || (!isAudio && !this.#isShown)) return track.stop();
    track.addEventListener("ended", () => this.#lost(track));
    if (isAudio) {
      this.#microphone?.stop();
      this.#microphone = track;
      track.enabled = !this.#isMuted;
    } else {
      this.#camera?.stop();
      this.#camera = track;
    }
  }

  /** It was pulled out, or leave was taken back. */
  #lost(track: MediaStreamTrack): void {
    if (track === this.#camera) {
      this.#camera = null;
      this.#failed = "camera";
    } else if (track === this.#microphone) {
      this.#microphone = null;
      this.#failed = "microphone";
    }
    this.#show();
  }

  #note(which: "camera" | "microphone"): void {
    // Meanwhile they may have turned it off.
    const isThere = which === "camera" ? this.#camera || !this.#isShown : this.#microphone;
    this.#failed = isThere ? null : which;
    this.changed();
  }

  #show(): void {
    const { video } = this.tracks;
    if (video !== (this.#preview?.getVideoTracks()[0] ?? null)) {
      this.#preview = video ? new MediaStream([video]) : null;
    }
    this.changed();
  }

  readonly #list = async (): Promise<void> => {
    this.#known = await navigator.mediaDevices?.enumerateDevices().catch(() => []) ?? [];
    this.changed();
  };
}

function problemOf(fault: unknown): DeviceProblem {
  switch (faultName(fault)) {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
    // A browser that offers no devices at all to this page.
    case "TypeError":
      return "missing";
    default:
      return "busy";
  }
}

function faultName(fault: unknown): string {
  return fault instanceof Error ? fault.name : "";
}
