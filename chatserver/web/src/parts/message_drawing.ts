// How the rows of a conversation are drawn.

import { html, nothing } from "lit";
import { guard } from "lit/directives/guard.js";
import { repeat } from "lit/directives/repeat.js";
import { attempt } from "../app/attempt.ts";
import { nameIn } from "../app/names.ts";
import { Part } from "../app/part.ts";
import { saveFile } from "../app/save_file.ts";
import type { App } from "../app/start.ts";
import type { ConversationView, Message } from "../client/protocol.ts";
import type { Talk } from "../state/talk.ts";
import { type Doer, eventWords } from "./event_words.ts";
import type { Times } from "./format.ts";
import { icon } from "./icons.ts";
import type { MessagePage } from "./message_pages.ts";
import type { MessageRow } from "./message_rows.ts";

const FILES = new Part(() => import("../files/message_files.ts"));

const MINUTE = 60_000;
/** Characters of the message that one answers. */
const QUOTED = 140;

export interface Drawing {
  readonly app: App;
  readonly view: ConversationView;
  readonly talk: Talk;
  /** The same object as long as language and zone are. */
  readonly times: Times;
  readonly now: number;
}

/** A page of the list. To whoever hears it, it is not there: its rows are those of the whole list. */
export function drawnPage({ rows }: MessagePage, drawing: Drawing) {
  const { view, times, now } = drawing;
  // Besides by its rows a page is another one as days pass, when one is called otherwise, and when a session has begun.
  const isSoon = rows.some((each) => each.kind === "event" && each.isLast);
  const until = isSoon ? Math.floor(now / MINUTE) : times.dayNumber(now);
  const names = JSON.stringify(view.names);
  const answered = rows.map((each) =>
    each.kind === "message" && each.message.reply_to
      ? Object.values(quoteOf(each.message.reply_to, drawing)).join(": ")
      : ""
  ).join("\n");
  return html`
    <li class="messages__page" role="presentation">
      ${guard(
        [rows, times, until, names, answered, view.status],
        () =>
          html`<ol role="presentation">${
            repeat(rows, (row) => row.key, (row) => drawnRow(row, drawing))
          }</ol>`,
      )}
    </li>
  `;
}

function drawnRow(row: MessageRow, drawing: Drawing) {
  const { app, view, times, now } = drawing;
  const { words } = app;
  switch (row.kind) {
    case "day":
      return html`<li role="listitem" class="day ${row.isNew ? "day--new" : ""}"><span>${
        dayWords(row.at, drawing)
      }${row.isNew && row.unread ? ` · ${words.talk.unread(row.unread)}` : nothing}</span></li>`;
    case "event": {
      const { event } = row.message;
      const by = event?.name === "acknowledged"
        ? personOf(event.data["by"], drawing)
        : doerOf(event?.data["by"], drawing);
      const said = eventWords(event, words, times, now, by, doerOf("member", drawing));
      const booking = row.isLast ? event?.data["booking"] : undefined;
      return html`<li role="listitem" class="notice">${icon(said.icon)}<p>${said.text}</p>${
        typeof booking === "string" && Date.parse(String(event?.data["starts_at"])) > now
          ? html`<button class="btn btn--plain" type="button" @click=${() =>
            toCalendar(booking, drawing)}>${words.events.toCalendar}</button>`
          : nothing
      }</li>`;
    }
    case "unsent":
      return html`<li role="listitem" class="msg msg--mine ${
        row.isMore ? "msg--more" : ""
      }"><span class="vh">${words.common.you}: </span>
          <div class="msg__body">${paragraphs(row.unsent.body)}${
        row.unsent.attachments?.length
          ? html`<p class="quiet">${icon("clip", "s")}${row.unsent.attachments.length}</p>`
          : nothing
      }</div>
          <p class="msg__meta"><span class="mark mark--unsent">${
        icon("clock", "s")
      }${words.talk.unsent}</span></p></li>`;
    case "message": {
      const { message, isMine, isMore, showsTime, mark } = row;
      const writer = nameIn(view, message.from);
      // Whoever stands in, or writes for the platform, is called by name.
      const isOther = !isMine && ![view.member, view.mentor].includes(message.from);
      const time = html`<time datetime=${message.at}>${times.clock(Date.parse(message.at))}</time>`;
      return html`
        <li role="listitem" data-seq=${message.seq} class="msg ${isMine ? "msg--mine" : ""} ${isMore
          ? "msg--more"
          : ""}">
          <span class="vh">${isMine ? words.common.you : writer}: </span>
          ${message.urgent
            ? html`<p class="msg__urgent">${icon("help", "s")}${words.urgent.label}</p>`
            : nothing}
          <div class="msg__body">${quoted(message, drawing)}${said(message, drawing)}${exercise(
            message,
            isMine,
            drawing,
          )}${filesOf(
            message,
            drawing,
          )}</div>
          ${reactions(message, drawing)}
          ${canChange(message, drawing)
            ? html`
              <button class="msg__menu" type="button" tabindex="-1" data-menu=${message.seq}
                aria-haspopup="dialog" aria-label=${words.message.menu}>⋯</button>
            `
            : nothing}
          <p class=${showsTime || mark || message.edited_at ? "msg__meta" : "vh"}>${isOther
            ? html`<strong aria-hidden="true">${writer}</strong>`
            : nothing}${time}${message.edited_at
            ? html`<span>${words.message.edited}</span>`
            : nothing}${mark
            ? html`<span class="mark mark--${mark}">${
              icon(mark === "read" ? "read" : "sent", "s")
            }${words.talk[mark]}</span>`
            : nothing}</p>
        </li>
      `;
    }
  }
}

/** Leads to the exercise that a message gives, or is: the page, or the thread, hears of it. */
function exercise(message: Message, isMine: boolean, { app }: Drawing) {
  const { exercise: id, erased, deleted } = message;
  if (!id || erased || deleted) return nothing;
  const { exercises } = app.words;
  const isMentor = app.role === "mentor";
  const label = isMine
    ? isMentor ? exercises.see : exercises.open
    : isMentor
    ? exercises.seeAnswers
    : exercises.open;
  const open = (event: Event) =>
    event.currentTarget?.dispatchEvent(new CustomEvent("exercise", { detail: id, bubbles: true }));
  return html`<p><button class="btn" type="button" @click=${open}>${
    icon("pen", "s")
  }${label}</button></p>`;
}

function said(message: Message, { app: { words } }: Drawing) {
  if (message.deleted) return html`<p class="quiet">${words.message.deleted}</p>`;
  if (message.erased) return html`<p class="quiet">${words.talk.erased}</p>`;
  return paragraphs(message.body);
}

/** What it answers. */
function quoted({ reply_to }: Message, drawing: Drawing) {
  if (!reply_to) return nothing;
  const { name, text } = quoteOf(reply_to, drawing);
  return html`
    <div
      class="quote"><span class="vh">${drawing.app.words.message.answers(
        name,
      )}: </span><span class="quote__text">${text}</span></div>
  `;
}

/** Whose message has that seq, and how it begins. */
function quoteOf(seq: number, { app: { words }, talk, view }: Drawing) {
  const answered = talk.quoted(seq);
  if (answered === undefined) return { name: "", text: words.message.earlier };
  if (answered === null) return { name: "", text: words.message.gone };
  const { body, attachments, deleted, erased } = answered;
  const text = deleted || erased
    ? words.message.gone
    : body.slice(0, QUOTED) || words.files.count(attachments?.length ?? 0);
  return { name: nameIn(view, answered.from), text };
}

function reactions(message: Message, drawing: Drawing) {
  const { app, view } = drawing;
  if (!message.reactions?.length) return nothing;
  return html`<ul class="reactions" role="list" aria-label=${app.words.message.reactions}>${
    message.reactions.map(({ emoji, people }) => {
      const isMine = people.includes(app.user);
      const names = people.map((each) =>
        each === app.user ? app.words.common.you : nameIn(view, each)
      ).join(", ");
      const count = people.length > 1
        ? html`<span aria-hidden="true">${people.length}</span>`
        : nothing;
      const text = html`<span aria-hidden="true">${emoji}</span>${count}<span class="vh">${
        app.words.message.reactedWith(emoji, names)
      }</span>`;
      return html`<li title=${names}>${
        isMine && canChange(message, drawing)
          ? html`
            <button class="reaction reaction--mine" type="button" data-unreact=${message.seq}
            >${text}<span class="vh">. ${app.words.message.takeOff}</span></button>
          `
          : html`<span class="reaction">${text}</span>`
      }</li>`;
    })
  }</ul>`;
}

/** Whether one may do something with it: one of the two, as long as the conversation goes on. */
function canChange(message: Message, { app, view }: Drawing): boolean {
  const mayWrite = app.role === "member" || app.role === "mentor";
  return mayWrite && !message.deleted && view.status !== "ended" && view.status !== "suspended";
}

/** Whom an event names. */
function personOf(person: unknown, { app, view }: Drawing): Doer {
  if (typeof person !== "string") return null;
  return person === app.user ? { you: true } : nameIn(view, person);
}

/** By the role that an event names. */
function doerOf(role: unknown, { app, view }: Drawing): Doer {
  if (role !== "member" && role !== "mentor") return null;
  return view[role] === app.user ? { you: true } : nameIn(view, view[role]);
}

function toCalendar(booking: string, { app }: Drawing): void {
  const path = `/v1/bookings/${encodeURIComponent(booking)}/calendar`;
  void attempt(() => saveFile(app.http, path), app.words);
}

function dayWords(at: number, { app, times, now }: Drawing): string {
  switch (times.daysAway(at, now)) {
    case 0:
      return app.words.common.today;
    case -1:
      return app.words.common.yesterday;
    default:
      return times.day(at, now);
  }
}

/** What goes with a message; what shows it is loaded where there is such. */
function filesOf({ conversation, attachments }: Message, { app }: Drawing) {
  if (!attachments?.length) return nothing;
  FILES.come(app.chats.chat);
  return html`<message-files .app=${app} .conversation=${conversation} .ids=${attachments}></message-files>`;
}

/** A text as its writer broke it: a blank line begins a paragraph. */
function paragraphs(body: string) {
  if (!body) return nothing;
  return body.split(/\n{2,}/).map((each) => html`<p class="text">${each}</p>`);
}
