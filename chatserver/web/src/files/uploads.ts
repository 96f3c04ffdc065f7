// Files on their way to the server, before the message that carries them.

import { HttpProblem, SignedOut } from "../app/http.ts";
import type { AttachmentView } from "../app/api_types.ts";
import type { App } from "../app/start.ts";
import { Store } from "../parts/element.ts";

/** How often it is asked whether the virus scanner has answered. */
const LOOK_AGAIN_MS = 3_000;

export type UploadState = "sending" | "checking" | "ready" | "failed";

export interface Upload {
  readonly id: string;
  /** Undefined where another device has uploaded it: then it is at the server already. */
  readonly file: Blob | undefined;
  /** In bytes. */
  readonly size: number;
  readonly name: string;
  /** How long a voice message is; undefined where it is a file. */
  readonly seconds: number | undefined;
  state: UploadState;
  /** From 0 to 1. */
  part: number;
  /** Why it failed: the server's reason, or `gone` where it did not answer. */
  reason: string | undefined;
}

/** Those of one conversation, in the order in which they were chosen. */
export class Uploads extends Store {
  readonly #app: App;
  readonly #conversation: string;
  readonly #requests = new Map<string, XMLHttpRequest>();
  readonly #sent = new Map<string, Upload>();
  all: readonly Upload[] = [];

  constructor(app: App, conversation: string) {
    super();
    this.#app = app;
    this.#conversation = conversation;
  }

  /** The ids of those that can be sent now. */
  get ready(): string[] {
    return this.all.filter((each) => each.state === "ready").map((each) => each.id);
  }

  /** Whether some are still on their way. */
  get isBusy(): boolean {
    return this.all.some((each) => each.state === "sending" || each.state === "checking");
  }

  add(file: Blob, name: string, seconds?: number): void {
    const upload: Upload = {
      id: crypto.randomUUID(),
      file,
      size: file.size,
      name,
      seconds,
      state: "sending",
      part: 0,
      reason: undefined,
    };
    this.all = [...this.all, upload];
    this.changed();
    void this.#send(upload);
  }

  /** Once more, after it failed. */
  again(upload: Upload): void {
    upload.state = "sending";
    upload.part = 0;
    this.changed();
    void this.#send(upload);
  }

  /** Not to be sent after all. */
  remove(upload: Upload): void {
    this.#requests.get(upload.id)?.abort();
    this.all = this.all.filter((each) => each !== upload);
    this.changed();
    if (upload.state !== "failed") {
      // What the server keeps all the same goes by itself in a day.
      this.#app.http.delete(this.#path(upload)).catch(() => {});
    }
  }

  /** They go with a message. */
  clear(ids: readonly string[]): void {
    for (const each of this.all) if (ids.includes(each.id)) this.#sent.set(each.id, each);
    this.all = this.all.filter((each) => !ids.includes(each.id));
    this.changed();
  }

  /** Their message was not taken: they can go with another one. What is not of this page the server tells. */
  async bringBack(ids: readonly string[]): Promise<void> {
    const unknown = ids.filter((id) => !this.#sent.has(id));
    const found = unknown.length ? await this.#views(unknown).catch(() => []) : [];
    for (const view of found) if (view.state === "ready") this.#sent.set(view.id, fromServer(view));
    const back = ids.flatMap((id) => this.#sent.get(id) ?? []);
    for (const { id } of back) this.#sent.delete(id);
    this.all = [...back, ...this.all];
    this.changed();
  }

  #path({ id, seconds }: Upload): string {
    const length = seconds === undefined ? "" : `&seconds=${seconds}`;
    return `/v1/attachments/${id}?conversation=${encodeURIComponent(this.#conversation)}${length}`;
  }

  async #send(upload: Upload): Promise<void> {
    try {
      const view = await this.#put(upload);
      this.#is(upload, view.state);
      while (upload.state === "checking" && this.all.includes(upload)) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
        await this.#look(upload);
      }
    } catch (error) {
      if (!this.all.includes(upload)) return;
      upload.state = "failed";
      upload.reason = error instanceof HttpProblem
        ? error.problem.reason ?? (error.problem.status === 413 ? "too_large" : "gone")
        : "gone";
      this.changed();
    }
  }

  async #look(upload: Upload): Promise<void> {
    const [view] = await this.#views([upload.id]);
    this.#is(upload, view?.state ?? "refused");
  }

  async #views(ids: readonly string[]): Promise<AttachmentView[]> {
    const path = `/v1/conversations/${encodeURIComponent(this.#conversation)}/attachments`;
    const { attachments } = await this.#app.http.get<{ attachments: AttachmentView[] }>(
      `${path}?ids=${ids.join(",")}`,
    );
    return attachments;
  }

  #is(upload: Upload, state: AttachmentView["state"]): void {
    upload.part = 1;
    upload.state = state === "ready" || state === "checking" ? state : "failed";
    if (upload.state === "failed") upload.reason = "infected";
    this.changed();
  }

  /** By XMLHttpRequest: `fetch` does not say how much of a body is on its way. */
  async #put(upload: Upload): Promise<AttachmentView> {
    const ticket = await this.#app.account.ticket();
    if (ticket === null) throw new SignedOut();
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      this.#requests.set(upload.id, request);
      request.open("PUT", this.#path(upload));
      request.setRequestHeader("Authorization", `Bearer ${ticket.token}`);
      request.setRequestHeader(
        "Content-Disposition",
        `attachment; filename*=UTF-8''${encodeURIComponent(upload.name)}`,
      );
      request.responseType = "json";
      request.upload.onprogress = ({ loaded, total }) => {
        upload.part = total ? loaded / total : 0;
        this.changed();
      };
      request.onloadend = () => {
        this.#requests.delete(upload.id);
        const said = request.response as object | null;
        if (request.status === 200 || request.status === 201) resolve(said as AttachmentView);
        else reject(new HttpProblem({ ...said, status: request.status }));
      };
      request.send(upload.file);
    });
  }
}

function fromServer({ id, bytes, name, seconds }: AttachmentView): Upload {
  const there = { file: undefined, state: "ready", part: 1, reason: undefined } as const;
  return { ...there, id, size: bytes, name, seconds: seconds ?? undefined };
}
