// A voice message, recorded in the browser.

/** The longest: what is said in more is better called. */
export const MOST_SECONDS = 600;
/** What browsers record, the best first; all of them are taken by the server. */
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

export interface Recorded {
  readonly content: Blob;
  readonly seconds: number;
  readonly name: string;
}

/** One recording: begun by `start`, ended by `stop` or `drop`. */
export class VoiceRecorder {
  readonly #recorder: MediaRecorder;
  readonly #parts: Blob[] = [];
  readonly #began = performance.now();

  private constructor(stream: MediaStream) {
    const mimeType = TYPES.find((each) => MediaRecorder.isTypeSupported(each));
    this.#recorder = new MediaRecorder(stream, mimeType === undefined ? {} : { mimeType });
    this.#recorder.ondataavailable = ({ data }) => this.#parts.push(data);
    this.#recorder.start();
  }

  /** Rejects where there is no microphone, or it may not be used. */
  static async start(): Promise<VoiceRecorder> {
    return new VoiceRecorder(await navigator.mediaDevices.getUserMedia({ audio: true }));
  }

  get seconds(): number {
    return Math.floor((performance.now() - this.#began) / 1000);
  }

  async stop(): Promise<Recorded> {
    const seconds = Math.max(1, Math.round((performance.now() - this.#began) / 1000));
    await this.#end();
    const content = new Blob(this.#parts, { type: this.#recorder.mimeType });
    const ending = content.type.includes("mp4")
      ? "m4a"
      : content.type.includes("ogg")
      ? "ogg"
      : "webm";
    return { content, seconds, name: `voice.${ending}` };
  }

  drop(): void {
    void this.#end();
  }

  #end(): Promise<void> {
    return new Promise((resolve) => {
      this.#recorder.onstop = () => resolve();
      if (this.#recorder.state === "inactive") resolve();
      else this.#recorder.stop();
      for (const track of this.#recorder.stream.getTracks()) track.stop();
    });
  }
}
