// Where one writes: always editable; a line says whether it can be sent, why not, and when.

import { html, nothing, type PropertyValues } from "lit";
import { nameIn } from "../app/names.ts";
import { Part } from "../app/part.ts";
import type { App } from "../app/start.ts";
import type { Composer } from "../client/protocol.ts";
import type { Later } from "../later/later_state.ts";
import type { Content } from "../later/later_texts.ts";
import type { Talk } from "../state/talk.ts";
import { Drafts } from "./drafts.ts";
import type { AttachBar } from "../files/attach_bar.ts";
import { PageElement } from "./element.ts";
import { Times } from "./format.ts";
import { icon } from "./icons.ts";
import { type WritingState, writingState } from "./state_line.ts";
import { Ticker } from "./ticker.ts";

/** What is not sent yet; comes once letters are there. */
const LATER = new Part(() => import("../later/later.ts"));
/** For whoever attaches something. */
const ATTACHING = new Part(() => import("../files/attach_bar.ts"));

/** `why` and `sent` are events of it. `slot` content such as help lines stands above the line. */
export class ChatComposer extends PageElement {
  static override properties = {
    app: { attribute: false },
    talk: { attribute: false },
    name: { attribute: false },
    above: { attribute: false },
    hint: { attribute: false },
    also: { attribute: false },
    windows: { attribute: false },
    tools: { attribute: false },
  };

  declare app: App;
  declare talk: Talk;
  /** Of whoever reads it. */
  declare name: string;
  /** What stands above the line while the member cannot write. */
  declare above: ((composer: Composer, text: string) => unknown) | undefined;
  /** What stands below the field while it is locked by the plan. */
  declare hint: unknown;
  /** What a mentor's line says beside. */
  declare also: string | undefined;
  /** How many windows of writing a week has; null or undefined where that is not known. */
  declare windows: number | null | undefined;
  /** What stands at the end of the line: buttons that help with writing. */
  declare tools: unknown;
  #refused: false | "rules" | "error" = false;
  #shown: Talk | undefined;
  #unwatch: (() => void) | undefined;
  #later: Later | undefined;
  #unwatchLater: (() => void) | undefined;
  #ticker: Ticker | undefined;
  /** Whether something was ever to be attached: what does that is loaded then. */
  #attaches = false;
  #asksWhat = false;
  /** Whether it was sent while files were on their way: then it goes with the last of them. */
  #sendsWhenThere = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#ticker ??= new Ticker(this, this.app.chats.chat.clock, () => {
      const { opens_at, window_ends_at, live_until } = this.talk.view.composer;
      return [opens_at, window_ends_at, live_until];
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unwatch?.();
    this.#unwatchLater?.();
    this.#later = undefined;
    this.#shown = undefined;
  }

  protected override willUpdate(): void {
    if (this.talk === this.#shown) return;
    this.#unwatch?.();
    this.#shown = this.talk;
    this.#refused = false;
    this.#unwatch = this.talk.watch(() => this.requestUpdate());
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("talk")) {
      this.#field.value = this.#drafts.of(this.talk.view.id);
    }
    this.#bringBack();
    // Letters come first.
    if (this.talk.hasPage) this.#loadLater();
  }

  #loadLater(): void {
    if (this.#later || this.app.role === "support") return;
    const part = LATER.come(this.app.chats.chat, this);
    if (!part || !this.isConnected) return;
    this.#later = part.laterOf(this.app);
    this.#unwatchLater = this.#later.drafts.watch(() => {
      // What another device has written; what is typed here is kept already.
      const text = this.#drafts.of(this.talk.view.id);
      if (this.#field.value !== text) this.#field.value = text;
      this.requestUpdate();
    });
    this.requestUpdate();
  }

  get #field(): HTMLTextAreaElement {
    return this.querySelector(".write textarea")!;
  }

  /** What stands in it. */
  get #text(): string {
    return this.hasUpdated ? this.#field.value : this.#drafts.of(this.talk.view.id);
  }

  get #drafts(): Drafts {
    return new Drafts(this.app.user);
  }

  /** What was refused goes first in the field, before what was typed since. */
  #bringBack(): void {
    const back = this.talk.takeBack();
    if (!back.length) return;
    this.#bar?.bringBack(back.flatMap((each) => each.attachments));
    const texts = back.map((each) => each.body).filter((each) => each);
    if (this.#field.value.trim()) texts.push(this.#field.value);
    this.#field.value = texts.join("\n\n");
    this.#keep();
    this.#refused = back.some((each) => each.reason === "error") ? "error" : "rules";
    this.requestUpdate();
  }

  protected override render() {
    const { words, chats, role } = this.app;
    const view = this.talk.view;
    const times = new Times(this.app.language, view.zone);
    const { isOpen } = this.talk;
    const now = chats.chat.clock.now();
    const state = !this.talk.isSure
      ? this.#unsure()
      : role === "member" || !isOpen
      ? writingState(view.composer, words, times, now, this.#refused, this.windows)
      : this.#ofMentor();
    const waiting = this.talk.unsent.length;
    // Where nothing can ever be sent there is nothing to write in, but what was typed stays to be copied.
    const isOver = view.composer.reason === "ended" && !this.#drafts.of(view.id);
    const isWaiting = waiting > 0 && chats.state !== "online";
    return html`
      <form class="composer composer--${state.name}" @submit=${this.#submit}
        @dragover=${this.#dragged} @drop=${this.#dropped} @paste=${this.#pasted}
        @attached=${this.#attached} @settled=${this.#settled} @noted=${this.#noted}>
        ${this.#later
          ? html`<later-list .app=${this.app} .talk=${this.talk} @use=${this.#use}></later-list>`
          : nothing}
        ${state.isOpen && view.composer.open ? nothing : this.above?.(view.composer, this.#text)}
        <div class="state">
          ${icon(state.icon)}
          <p id="state-${view.id}"><b>${state.lead}</b> ${state.more} ${pips(state)}${state
            .left}${isWaiting ? ` ${words.state.queued(waiting)}` : nothing}</p>
          ${role === "member"
            ? html`<button class="btn btn--plain small" type="button" @click=${this.#why}>${words.common.why}</button>`
            : nothing}${this.tools ?? nothing}
        </div>
        ${this.#answering()}
        ${this.#attaches
          ? html`<attach-bar .app=${this.app} .conversation=${view.id} .open=${this.#asksWhat}></attach-bar>`
          : nothing}
        <div class="write" ?hidden=${isOver}>
          <button class="btn btn--icon" type="button" aria-label=${words.files.attach}
            aria-expanded=${this.#asksWhat} @click=${this.#attach}>${icon("clip")}</button>
          <label class="vh" for="text-${view.id}">${words.talk.message}</label>
          <textarea
            id="text-${view.id}"
            rows="1"
            aria-describedby="state-${view.id}"
            placeholder=${state.isOpen ? words.talk.writeTo(this.name) : ""}
            @input=${this.#typed}
            @keydown=${this.#key}
          ></textarea>
          <button
            class="btn btn--primary"
            type="submit"
            aria-disabled=${state.isOpen ? nothing : "true"}
            aria-describedby="state-${view.id}"
          >${state.isOpen ? nothing : icon("lock", "s")}${words.talk.send}</button>
        </div>
        ${this.#later && (role === "mentor" || !state.isOpen)
          ? html`
            <later-button .app=${this.app} .talk=${this.talk} .text=${this.#drafts.of(view.id)}
              .files=${this.#bar?.ready ?? []} .isBusy=${this.#bar?.isBusy ?? false} @kept=${this
                .#kept}></later-button>
          `
          : nothing}
        ${this.hint && isByPlan(view.composer)
          ? html`<p class="composer__hint">${this.hint}</p>`
          : nothing}
      </form>
    `;
  }

  /** The message that is answered. */
  #answering() {
    const { answering, view } = this.talk;
    const words = this.app.words.message;
    if (!answering) return nothing;
    const { files } = this.app.words;
    const text = answering.body.slice(0, 140) || files.count(answering.attachments?.length ?? 0);
    return html`
      <div
        class="answering"><div class="quote"><b>${words.answering(
          answering.from === this.app.user
            ? this.app.words.common.you
            : nameIn(view, answering.from),
        )}</b><span class="quote__text">${text}</span></div><button
            class="btn btn--icon" type="button" aria-label=${words.notAnswer}
            @click=${() => this.talk.answer(undefined)}>${icon("close", "s")}</button></div>
    `;
  }

  /** Whether it is open only the server knows; what is written waits for it. */
  #unsure(): WritingState {
    const { lead, more } = this.app.words.state.unsure;
    return { name: "open", icon: "offline", lead, more, left: "", windows: null, isOpen: true };
  }

  #ofMentor(): WritingState {
    const { composer, zone } = this.talk.view;
    if (composer.live_until) {
      const until = new Times(this.app.language, zone).clock(Date.parse(composer.live_until));
      const said = this.app.words.state.live(until);
      return {
        name: "live",
        icon: "live",
        lead: said,
        more: "",
        left: "",
        windows: null,
        isOpen: true,
      };
    }
    const lead = this.app.words.state.alwaysOpen;
    const more = this.also ?? "";
    return { name: "open", icon: "pen", lead, more, left: "", windows: null, isOpen: true };
  }

  /** What stands in the field now is the draft, here and on other devices. */
  #keep(): void {
    this.#drafts.keep(this.talk.view.id, this.#field.value);
    this.#later?.drafts.typed(this.talk.view.id);
  }

  readonly #typed = (): void => {
    this.#keep();
    if (this.#field.value.trim()) this.talk.type();
    if (this.#later || (this.above && !this.talk.view.composer.open)) this.requestUpdate();
  };

  /** A text goes first in the field, before what stands there, with its files and what it answers. */
  readonly #use = ({ detail }: CustomEvent<Content>): void => {
    const field = this.#field;
    field.value = [detail.body, field.value].filter((each) => each.trim()).join("\n\n");
    this.#typed();
    field.focus();
    const { talk } = this;
    if (detail.reply_to !== null) {
      void talk.find(detail.reply_to).then((answered) => {
        if (answered && !answered.deleted) talk.answer(answered);
      });
    }
    if (detail.attachments.length) {
      void this.#withBar().then((bar) => bar?.bringBack(detail.attachments));
    }
  };

  /** The server has it. */
  readonly #kept = ({ detail }: CustomEvent<Content>): void => {
    this.#bar?.sent(detail.attachments);
    this.talk.answer(undefined);
    this.#asksWhat = false;
    this.#takeOut(detail.body);
  };

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && !event.isComposing) {
      this.closest(".talk, .thread, .callchat")?.querySelector<HTMLElement>(".scroller")?.focus();
      return;
    }
    // With a keyboard Enter sends; on a phone it begins a line. Who composes a character has not finished.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (!matchMedia("(pointer: fine)").matches && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    void this.#send();
  };

  readonly #submit = (event: Event): void => {
    event.preventDefault();
    void this.#send();
  };

  /** Put a text behind what was typed, to be sent or changed. */
  offer(text: string): void {
    const field = this.#field;
    field.value = [field.value.trimEnd(), text].filter(Boolean).join("\n\n");
    this.#keep();
    this.requestUpdate();
    field.focus();
  }

  /** It went as an urgent note. */
  readonly #noted = (): void => {
    this.#field.value = "";
    this.#keep();
    this.#refused = false;
    this.requestUpdate();
  };

  get #bar(): AttachBar | null {
    return this.querySelector<AttachBar>("attach-bar");
  }

  readonly #attached = (): void => {
    this.requestUpdate();
    const bar = this.#bar;
    if (!this.#sendsWhenThere || !bar || bar.isBusy) return;
    this.#sendsWhenThere = false;
    if (!bar.hasFailed) void this.#send();
  };

  /** What is to be attached is known, or nothing is: one goes on writing. */
  readonly #settled = (): void => {
    this.#asksWhat = false;
    this.requestUpdate();
    this.#field.focus();
  };

  readonly #attach = (): void => {
    this.#asksWhat = !this.#asksWhat;
    void this.#withBar();
  };

  async #withBar(): Promise<AttachBar | null> {
    this.#attaches = await ATTACHING.ask(this.app.words) !== undefined;
    this.#asksWhat &&= this.#attaches;
    this.requestUpdate();
    await this.updateComplete;
    return this.#bar;
  }

  readonly #dragged = (event: DragEvent): void => {
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  };

  readonly #dropped = (event: DragEvent): void => {
    this.#add(event, event.dataTransfer?.files);
  };

  readonly #pasted = (event: ClipboardEvent): void => {
    this.#add(event, event.clipboardData?.files);
  };

  /** Files that come by a drop or from the clipboard; of texts the browser knows what to do. */
  #add(event: Event, files: FileList | undefined): void {
    if (!files?.length) return;
    event.preventDefault();
    const chosen = [...files]; // the list is empty once the event is over
    this.#asksWhat = false;
    void this.#withBar().then((bar) => bar?.add(chosen));
  }

  readonly #why = (): void => {
    this.dispatchEvent(new CustomEvent("why", { bubbles: true }));
  };

  /** What was typed while the device kept it is not part of it. */
  #takeOut(text: string): void {
    const field = this.#field;
    if (field.value.startsWith(text)) field.value = field.value.slice(text.length).trimStart();
    this.#keep();
    this.#refused = false;
    this.requestUpdate();
  }

  async #send(): Promise<void> {
    const field = this.#field;
    const text = field.value;
    const bar = this.#bar;
    this.#sendsWhenThere = bar?.isBusy ?? false;
    if (this.#sendsWhenThere) {
      this.dispatchEvent(
        new CustomEvent("say", { detail: this.app.words.files.waiting, bubbles: true }),
      );
      return;
    }
    const attachments = bar?.ready ?? [];
    if (!text.trim() && !attachments.length) return;
    if (this.querySelector("[type=submit]")?.getAttribute("aria-disabled") === "true") {
      // It stays where it is; the line has said why.
      this.querySelector(".state")?.scrollIntoView({ block: "nearest" });
      return;
    }
    await this.talk.send(text.trim() ? text : "", attachments);
    bar?.sent(attachments);
    this.#asksWhat = false;
    this.#takeOut(text);
    field.focus();
    this.dispatchEvent(new CustomEvent("sent", { bubbles: true }));
  }
}

/** Locks that another plan might not have. */
const BY_PLAN: ReadonlySet<string | null> = new Set(["quota_used", "messages_used", "closed"]);

export function isByPlan({ reason }: Composer): boolean {
  return BY_PLAN.has(reason);
}

function pips(state: WritingState) {
  if (!state.windows) return nothing;
  const free = Array.from({ length: state.windows.left }, () => icon("pip-free"));
  return html`<span class="pips" aria-hidden="true">${
    state.windows.running ? icon("pip-run") : nothing
  }${free}</span>`;
}

customElements.define("chat-composer", ChatComposer);

declare global {
  interface HTMLElementTagNameMap {
    "chat-composer": ChatComposer;
  }
}
