// Generated from the server's Structs by `python -m chatserver.web.protocol_types`. Do not edit.
// Instants are RFC 3339 in UTC. Apps ignore fields and types that they do not know.

export const SUBPROTOCOL = "mentorchat.v1.json";
export const MAX_BODY_BYTES = 16384;
export const MAX_RESUME = 1000;
export const MAX_HISTORY = 200;

/** Why the server closes a connection: below 4500 come back, from there on do not. */
export const CLOSE = {
  restarting: 4000,
  too_slow: 4001,
  unavailable: 4002,
  bad_token: 4500,
  token_expired: 4501,
  hello_timeout: 4502,
  hello_first: 4503,
  too_many_errors: 4504,
  revoked: 4505,
} as const;

/** The types of events that this version knows. */
export const EVENT_TYPES: ReadonlySet<string> = new Set(["accepted", "acknowledged", "case", "clock", "composer", "conversation", "conversations", "deadline", "draft", "drafts", "error", "following", "gap", "history", "later", "message", "notice", "notices", "notices_read", "presence", "read", "refused", "renewed", "replies", "reply", "scheduled", "scheduled_list", "search", "session", "signal", "typing", "unfollowed", "unread", "welcome"]);

/** The message is stored, and flushed as the durability setting promises. */
export interface Accepted {
  type: "accepted";
  conversation: string;
  id: string;
  seq: number;
  at: string;
  composer: Composer;
}

/** What waits needs no answer, says the mentor's side, having seen everything up to `seq` (null: all there is). */
export interface Acknowledge {
  type: "acknowledge";
  conversation: string;
  seq?: number | null;
  ask?: string | null;
}

/** The mentor is away until then; `substitute` is the mentor who stands in, null where nobody does. */
export interface Away {
  until: string;
  substitute: string | null;
}

/**
 * The board, for whoever watches it: with `snapshot` all rows, else those that are new or different.
 *
 * `removed` names the conversations whose rows are no longer among those that are watched. With `more` that is not
 * all: the rest follows in events like this one, the most urgent first.
 */
export interface BoardShown {
  type: "replies";
  snapshot: boolean;
  now: string;
  totals: BoardTotals;
  rows: BoardWait[];
  removed: string[];
  more: boolean;
}

/** How many open waits there are; those of them that are overdue; those of them whose miss was noted. */
export interface BoardTotals {
  waiting: number;
  overdue: number;
  missed: number;
}

/**
 * A row of the board: an answer that a mentor owes. `overdue` is past `due_at`; `missed` once that was noted.
 *
 * `substitute` is who stands in while the mentor is away, null where nobody does, and while the records do not answer.
 * `steps` of the escalation in their order, as the deadline stands, where they were asked for: who was told, and who
 * is told when, if no answer comes.
 */
export interface BoardWait {
  conversation: string;
  member: string;
  mentor: string;
  plan: string;
  waiting_since: string;
  due_at: string | null;
  overdue: boolean;
  missed: boolean;
  substitute: string | null;
  steps: WaitStep[] | null;
}

/**
 * A booking as it stands at the moment of the answer; nothing need happen for its state to change.
 *
 * `counts` says whether its units are spent, `billable` whether the mentor is paid for it, `late` whether the member
 * cancelled it on short notice. `sequence` grows with every change that calendars must hear of; `moved_from` is the
 * start that it had before. `join_url` is the link of a video call, where the platform has set one.
 */
export interface BookingView {
  id: string;
  conversation: string;
  member: string;
  mentor: string;
  service: "live_chat" | "video_call";
  kind: "chemistry" | "extra" | "one_off" | "plan";
  starts_at: string;
  ends_at: string;
  minutes: number;
  units: number;
  state: "booked" | "cancelled" | "held" | "mentor_absent" | "no_show" | "no_show_candidate" | "running" | "unattended";
  late: boolean;
  counts: boolean;
  billable: boolean;
  price: Price | null;
  split: Split | null;
  joins: JoinsView;
  sequence: number;
  join_url: string | null;
  moved_from: string | null;
}

/**
 * A case was opened, or has changed: as it is now, and the line of its history that its reader sees, '' for none.
 *
 * `case` is null where some may have been missed: whoever shows cases asks for them again.
 */
export interface CaseChanged {
  type: "case";
  case: CaseGlance | null;
  did: string;
}

/**
 * A case as its reader sees it, without facts and history. `assignee` is for support alone.
 *
 * Of kinds and states that they do not know apps show nothing. `due` is null at an end, and for whoever sees the state
 * alone.
 */
export interface CaseGlance {
  id: string;
  kind: string;
  conversation: string;
  member: string;
  state: string;
  since: string;
  ended_at: string | null;
  assignee: string;
  due: CaseWaits | null;
}

/**
 * What is waited for: the state `what`, from whom (`by`), until `at`, null while the clock stands still.
 *
 * `then` follows by itself; null: support is told, and the state stays.
 */
export interface CaseWaits {
  at: string | null;
  by: string;
  what: string;
  then: string | null;
}

/** Ask what `send` would answer now, without sending. */
export interface Check {
  type: "check";
  conversation: string;
  ask?: string | null;
}

/** The server's clock was moved ahead to `now`: of a demo or a test, never of real people. */
export interface Clock {
  type: "clock";
  now: string;
}

/** Whether the member may write now, why not, until when, what is left, and at a lock whom they can call. */
export interface Composer {
  open: boolean;
  reason: "closed" | "ended" | "messages_used" | "paused" | "quota_used" | "suspended" | null;
  opens_at: string | null;
  window_ends_at: string | null;
  windows_left: number | null;
  messages_left: number | null;
  live_until: string | null;
  help: HelpLine[] | null;
  urgent_note: boolean;
}

/** The answer to check; also sent by itself when writing opens or closes or what is left changes. */
export interface ComposerChanged {
  type: "composer";
  conversation: string;
  composer: Composer;
  ask: string | null;
}

/**
 * A conversation was added, or its plan, status or zone changed, or its mentor went away or came back.
 *
 * To a substitute, too, when their time begins, and when a member has begun to wait.
 */
export interface ConversationChanged {
  type: "conversation";
  conversation: ConversationView;
}

/** A conversation as the app finds it. `read_seq` is the reader's own mark, `peer_read_seq` the other side's. */
export interface ConversationView {
  id: string;
  member: string;
  mentor: string;
  plan: string;
  status: "ended" | "open" | "paused" | "suspended";
  zone: string;
  last_seq: number;
  read_seq: number;
  peer_read_seq: number;
  peer_online: boolean;
  composer: Composer;
  reply: Reply;
  unread: number;
  last: LastMessage | null;
  banner: string | null;
  credits: CreditsLeft | null;
  next_session: NextSession | null;
  muted: boolean;
  away: Away | null;
  names: Record<string, string>;
  country: string;
  reads_from: number | null;
  no_answer_needed: boolean;
}

/** What comes after `after` (null: the first) in one's list as of hello: at most `limit` conversations. */
export interface Conversations {
  type: "conversations";
  after?: string | null;
  limit?: number;
  ask?: string | null;
}

/** The answer to conversations: those that come next by urgency; `more` says whether others come after them. */
export interface ConversationsPage {
  type: "conversations";
  conversations: ConversationView[];
  more: boolean;
  ask: string | null;
}

/** Units of 30 minutes that are left in the running period, null where the plan gives without limit; its end. */
export interface CreditsLeft {
  left: number | null;
  period_until: string;
}

/** To mentor and support: a reply deadline is near (`hours` before it) or was missed (`hours` 0). Once each. */
export interface Deadline {
  type: "deadline";
  conversation: string;
  kind: "missed" | "warning";
  due_at: string;
  hours: number;
}

/** Take back one's own message, of the seq `about`: its place stays. `id` as for send. */
export interface Delete {
  type: "delete";
  conversation: string;
  id: string;
  about: number;
}

/** What one is writing there is this now; '' for nothing. `seen`: the `at` of the draft that one has seen. */
export interface Draft {
  type: "draft";
  conversation: string;
  body: string;
  seen?: string | null;
  ask?: string | null;
}

/** The answer to `drafts`: the newest first; `more` says whether there may be others. */
export interface DraftList {
  type: "drafts";
  drafts: DraftView[];
  more: boolean;
  ask: string | null;
}

/**
 * What one is writing there is this now, with null for `at` where it is nothing; also the answer to `draft`.
 *
 * In the answer `returned` is what another device had written meanwhile, if it was not seen: it stands no longer, and
 * is for the person to keep or to drop.
 */
export interface DraftStands {
  type: "draft";
  conversation: string;
  body: string;
  at: string | null;
  returned: string | null;
  ask: string | null;
}

/** What somebody is writing in a conversation, and since when it stands. */
export interface DraftView {
  conversation: string;
  body: string;
  at: string | null;
}

/** What one is writing in all of one's conversations. */
export interface Drafts {
  type: "drafts";
  ask?: string | null;
}

/** What a message said from `at` on. */
export interface EarlierText {
  body: string;
  at: string;
}

/** Give one's own message, of the seq `about`, another text. `id` as for send. */
export interface Edit {
  type: "edit";
  conversation: string;
  id: string;
  about: number;
  body: string;
}

/**
 * Something was wrong with a command; the connection lives on. `temporary` says whether trying again can help.
 *
 * `retry_after`: seconds until it can, null where that is not known.
 */
export interface Error {
  type: "error";
  code: "already_greeted" | "deleted" | "hello_first" | "id_reused" | "internal" | "invalid_field" | "malformed" | "no_emoji" | "not_acknowledged" | "not_allowed" | "not_found" | "not_locked" | "not_open" | "not_yours" | "note_sent" | "rate_limited" | "read_only" | "seq_unknown" | "store_unavailable" | "superseded" | "text_control_characters" | "text_empty" | "text_too_long" | "token_refused" | "too_deep" | "too_late" | "too_many_changes" | "too_many_followed" | "too_many_waiting" | "unknown_field" | "unknown_type" | "wrong_encoding";
  message: string;
  temporary: boolean;
  id: string | null;
  conversation: string | null;
  retry_after: number | null;
  ask: string | null;
}

/** Support or a service follows a conversation: after `resume`, the last seq seen, or (null) from here on. */
export interface Follow {
  type: "follow";
  conversation: string;
  resume?: number | null;
  ask?: string | null;
}

/** The answer to follow. What was missed follows as `message` events, in order. */
export interface Following {
  type: "following";
  conversation: ConversationView;
  ask: string | null;
}

/**
 * A message that holds what was looked for. `snippet` is what stands around it, in pieces.
 *
 * The first of them may be empty; every second one, from the second on, was found.
 */
export interface FoundMessage {
  conversation: string;
  seq: number;
  from: string;
  role: "member" | "mentor" | "service" | "support" | "system";
  at: string;
  snippet: string[];
}

/** What came after `after` can no longer be replayed one by one; refetch with history. */
export interface Gap {
  type: "gap";
  conversation: string;
  after: number;
}

/** A mentor gives an exercise of their library, or of the one that is `shared`, as a message. `id` as for send. */
export interface GiveExercise {
  type: "give";
  conversation: string;
  id: string;
  item: string;
  shared?: boolean;
}

/** A member hands in what they answered in an exercise, as a message. `id` as for send. */
export interface HandIn {
  type: "hand_in";
  conversation: string;
  id: string;
  exercise: string;
}

/** The first command: who is there, and from where to go on. `resume` maps a conversation to the last seq seen. */
export interface Hello {
  type: "hello";
  token: string;
  resume?: Record<string, number>;
}

/**
 * A number that one can call at a lock, of the member's country.
 *
 * `name` is whose it is, empty where `kind` says it all; `hours` when it is answered, empty for day and night.
 */
export interface HelpLine {
  number: string;
  kind: "doctor" | "emergency" | "talk";
  name: string;
  hours: string;
}

/** The messages before `before` (null: the newest), at most `limit` of them, oldest first. */
export interface History {
  type: "history";
  conversation: string;
  before?: number | null;
  limit?: number;
  ask?: string | null;
}

/**
 * Messages as they stand, before the asked-for seq, oldest first; `more` says whether older entries exist.
 *
 * `first` is the seq of the first entry that was read, which may be a change: the next page ends before it.
 */
export interface HistoryPage {
  type: "history";
  conversation: string;
  messages: Message[];
  more: boolean;
  first: number;
  ask: string | null;
}

/** One of the two comes to a session. Whoever has joined may come back while it runs. */
export interface JoinSession {
  type: "join";
  conversation: string;
  booking: string;
}

/** When each side first joined. */
export interface JoinsView {
  member: string | null;
  mentor: string | null;
}

/**
 * The last message or event of a conversation as it stands, for lists: `text` is how its body begins, in one line.
 *
 * What is as it mostly is, is left out.
 */
export interface LastMessage {
  seq: number;
  from: string;
  role: "member" | "mentor" | "service" | "support" | "system";
  at: string;
  text: string;
  erased?: boolean;
  event?: SystemEvent | null;
  kind?: "deletion" | "edit" | "event" | "reaction" | "text";
  deleted?: boolean;
  attachments?: number;
  urgent?: boolean;
  edited_at?: string | null;
}

/**
 * One's message that goes out later is another one now, was sent, refused or taken back; answers `unschedule` too.
 *
 * Null where some of that may have been missed, and of drafts too: whoever shows them asks for them again.
 */
export interface LaterChanged {
  type: "later";
  message: LaterView | null;
  ask: string | null;
}

/** The answer to `scheduled`: the next one first; `more` says whether there are others. */
export interface LaterList {
  type: "scheduled_list";
  messages: LaterView[];
  more: boolean;
  ask: string | null;
}

/**
 * A message that goes out later, as only who wrote it sees it.
 *
 * Of one that was refused `reason` and `opens_at` are as then; of one that was sent `seq` is its place, where that is
 * known. The text of what is kept no longer is empty. `attachments` are the ids of its files, `reply_to` is the seq
 * that it answers.
 */
export interface LaterView {
  conversation: string;
  id: string;
  body: string;
  at: string | null;
  written_at: string | null;
  state: "gone" | "refused" | "sent" | "waiting";
  reason: "closed" | "ended" | "messages_used" | "paused" | "quota_used" | "suspended" | "stand_in_over" | null;
  opens_at: string | null;
  seq: number | null;
  attachments: string[];
  reply_to: number | null;
}

/** One's own messages that go out later, and those that could not: of a conversation, or (null) of all. */
export interface ListLater {
  type: "scheduled";
  conversation?: string | null;
  ask?: string | null;
}

/**
 * One message. `seq` is dense within the conversation: 1, 2, 3, … the same for everyone.
 *
 * An event is by `system`, in role and `from`, and has no text.
 */
export interface Message {
  type: "message";
  conversation: string;
  seq: number;
  from: string;
  role: "member" | "mentor" | "service" | "support" | "system";
  at: string;
  id: string;
  body: string;
  erased?: boolean;
  kind?: "deletion" | "edit" | "event" | "reaction" | "text";
  event?: SystemEvent | null;
  about?: number | null;
  reply_to?: number | null;
  attachments?: string[];
  exercise?: string | null;
  urgent?: boolean;
  deleted?: boolean;
  written_at?: string | null;
  edited_at?: string | null;
  reactions?: Reaction[];
  as_of?: number | null;
  earlier?: EarlierText[];
}

/** The session that runs, or else the next one. */
export interface NextSession {
  booking: string;
  service: "live_chat" | "video_call";
  starts_at: string;
  minutes: number;
  state: "booked" | "cancelled" | "held" | "mentor_absent" | "no_show" | "no_show_candidate" | "running" | "unattended";
}

/** A new notice; `unread` counts it. Who is away finds it in the list. */
export interface NoticeCame {
  type: "notice";
  notice: NoticeView;
  unread: number;
}

/**
 * What its person hears of. Of events that they do not know apps show nothing, and count it all the same.
 *
 * `conversation` and `booking` are null where it is about none. `data` holds ids, instants and numbers for the app to
 * put into words, and in `role` the role in which its person hears of it; what is in it differs by event.
 */
export interface NoticeView {
  id: number;
  event: string;
  conversation: string | null;
  booking: string | null;
  data: Record<string, unknown>;
  at: string;
  read: boolean;
}

/** One's own notices with ids below `before` (null: the newest), at most `limit` of them, newest first. */
export interface Notices {
  type: "notices";
  before?: number | null;
  limit?: number;
  ask?: string | null;
}

/** One's notices, newest first; `more` says whether older ones exist, `unread` counts all that are unread. */
export interface NoticesPage {
  type: "notices";
  notices: NoticeView[];
  more: boolean;
  unread: number;
  ask: string | null;
}

/**
 * The person has seen those up to `upto`, or those of `ids`; `unread` is how many are left.
 *
 * Neither is given where the server says by itself how many are unread: it may have missed some.
 */
export interface NoticesRead {
  type: "notices_read";
  upto: number | null;
  ids: number[];
  unread: number;
  ask: string | null;
}

/** What the records say of the person themselves: name, language and time zone. */
export interface OwnSettings {
  name: string;
  locale: string;
  zone: string;
}

/** A person came (their first device) or went (their last). */
export interface Presence {
  type: "presence";
  conversation: string;
  user: string;
  online: boolean;
}

/** What is charged, in the currency's minor unit (øre, cents) and its ISO 4217 code. */
export interface Price {
  amount: number;
  currency: string;
}

/** React to the message of the seq `about`, with one emoji a person; null takes it back. `id` as for send. */
export interface React {
  type: "react";
  conversation: string;
  id: string;
  about: number;
  emoji: string | null;
}

/** An emoji, and the people who reacted with it. */
export interface Reaction {
  emoji: string;
  people: string[];
}

/** Everything up to and including `seq` has been seen. A read mark never moves back. */
export interface Read {
  type: "read";
  conversation: string;
  seq: number;
}

/** Someone has seen everything up to `seq`. */
export interface ReadMark {
  type: "read";
  conversation: string;
  from: string;
  seq: number;
}

/** One has seen one's notices up to and including `upto`, or those of `ids`: one of the two is given. */
export interface ReadNotices {
  type: "notices_read";
  upto?: number | null;
  ids?: number[];
  ask?: string | null;
}

/** The rules say no. `body` is the writer's text, unchanged: nothing typed is lost. */
export interface Refused {
  type: "refused";
  conversation: string;
  id: string;
  reason: "closed" | "ended" | "messages_used" | "paused" | "quota_used" | "suspended";
  opens_at: string | null;
  body: string;
  composer: Composer;
}

/** Go on with a fresh token of the same person in the same role: the connection stays until that one expires. */
export interface Renew {
  type: "renew";
  token: string;
  ask?: string | null;
}

/** The answer to renew: the connection stays until `until`, of real time, unless it is renewed again. */
export interface Renewed {
  type: "renewed";
  until: string;
  ask: string | null;
}

/** What the mentor owes: nothing (all null), or an answer since `waiting_since`, by `due_at` if that is promised. */
export interface Reply {
  waiting_since: string | null;
  due_at: string | null;
  overdue: boolean;
}

/** To the mentor: what is owed has changed. */
export interface ReplyChanged {
  type: "reply";
  conversation: string;
  reply: Reply;
}

/** Give a message that goes out later another time, text or files; null: as it is. */
export interface Reschedule {
  type: "reschedule";
  conversation: string;
  id: string;
  at?: string | null;
  body?: string | null;
  attachments?: string[] | null;
  ask?: string | null;
}

/** The answer to a `send` with `at`, and to `reschedule`: the message is kept, and goes out by itself then. */
export interface Scheduled {
  type: "scheduled";
  conversation: string;
  id: string;
  at: string;
  written_at: string;
  ask: string | null;
}

/**
 * The messages that hold all of `query`, newest first, at most `limit`: of one conversation, or (null) of all.
 *
 * `before` is what the answer before it gave as `next`. A newer search of the connection ends the one that runs.
 */
export interface Search {
  type: "search";
  query: string;
  conversation?: string | null;
  before?: string | null;
  limit?: number;
  ask?: string | null;
}

/** The answer to search, newest first; `next` is the `before` of those that come after them, null where none do. */
export interface SearchPage {
  type: "search";
  found: FoundMessage[];
  next: string | null;
  ask: string | null;
}

/** Write a message. The same `id` again within 48 hours returns the first answer and writes nothing. */
export interface Send {
  type: "send";
  conversation: string;
  id: string;
  body: string;
  reply_to?: number | null;
  attachments?: string[];
  at?: string | null;
}

/**
 * Something happened at a session. `booking` is as it is then, null where credits were corrected.
 *
 * `credits_left` is of the period from which it spends; null where the plan has no sessions, or no limit.
 */
export interface SessionChanged {
  type: "session";
  conversation: string;
  kind: "booked" | "cancelled" | "corrected" | "ended" | "ending" | "joined" | "late" | "moved" | "no_show" | "started" | "starting";
  booking: BookingView | null;
  credits_left: number | null;
}

/** To the other person of a video call that may be joined now: what the two browsers agree on, as apps write it. */
export interface Signal {
  type: "signal";
  booking: string;
  to: string;
  data: string;
  ask?: string | null;
}

/** The other person of a video call says so, to all that one is connected with. It is kept nowhere. */
export interface Signalled {
  type: "signal";
  booking: string;
  from: string;
  data: string;
}

/** Who gets how much of a price; both together are the price. */
export interface Split {
  mentor: number;
  platform: number;
}

/** What happened, for apps to put into words. Of names that they do not know they show the name, or nothing. */
export interface SystemEvent {
  name: string;
  data: Record<string, unknown>;
}

/** The writer is typing. Repeat at most every few seconds while it goes on; apps let it fade after six. */
export interface Typing {
  type: "typing";
  conversation: string;
}

/** Someone is typing. */
export interface TypingNow {
  type: "typing";
  conversation: string;
  from: string;
}

/** Follow a conversation no longer. */
export interface Unfollow {
  type: "unfollow";
  conversation: string;
  ask?: string | null;
}

/**
 * The answer to unfollow: nothing more comes by itself of the conversation.
 *
 * Also to a substitute whose time is over: the conversation is theirs no longer.
 */
export interface Unfollowed {
  type: "unfollowed";
  conversation: string;
  ask: string | null;
}

/**
 * To all connections of whoever's read mark has moved: so many texts of the other side up to `last_seq` are unread.
 *
 * Each that comes after it, by `message`, is one more.
 */
export interface UnreadLeft {
  type: "unread";
  conversation: string;
  unread: number;
  last_seq: number;
}

/** How many of a person's notices are unread. */
export interface UnreadNotices {
  unread: number;
}

/**
 * Take back a message that goes out later, or one that could not: it is kept no longer.
 *
 * It is their writer's also where they follow the conversation no longer.
 */
export interface Unschedule {
  type: "unschedule";
  conversation: string;
  id: string;
  ask?: string | null;
}

/** While they may not write, a member's note to mentor and support: one until writing opens. `id` as for send. */
export interface Urgent {
  type: "urgent";
  conversation: string;
  id: string;
  body: string;
}

/** The answer to acknowledge: the event `seq` says so in the conversation, and the wait is over. */
export interface WaitAcknowledged {
  type: "acknowledged";
  conversation: string;
  seq: number;
  ask: string | null;
}

/**
 * A step of the escalation: so many hours ahead of the deadline, 0 for the miss, or after the first message.
 *
 * `to` are those whom it is for, a substitute only where somebody stands in now; `told`, whether it is over.
 */
export interface WaitStep {
  at: string;
  to: ("mentor" | "substitute" | "support")[];
  before_hours: number | null;
  after_hours: number | null;
  told: boolean;
}

/**
 * Watch the board of open waits, or stop: the first `limit` of `state`, of one mentor or plan where they are named.
 *
 * With `steps` each row has those of its escalation. A second watch replaces the first.
 */
export interface Watch {
  type: "watch";
  replies: boolean;
  state?: "missed" | "overdue" | "waiting";
  mentor?: string | null;
  plan?: string | null;
  limit?: number;
  steps?: boolean;
}

/** The answer to hello. What was missed follows as `message` events, in order. */
export interface Welcome {
  type: "welcome";
  user: string;
  role: "member" | "mentor" | "service" | "support";
  now: string;
  conversations: ConversationView[];
  notices: UnreadNotices | null;
  settings: OwnSettings | null;
  features: string[];
  more: boolean;
  edit_minutes: number;
}

export type AnyEvent = Welcome | Message | Accepted | Refused | ComposerChanged | ReplyChanged | Deadline | ConversationChanged | ReadMark | UnreadLeft | TypingNow | Presence | SessionChanged | ConversationsPage | Signalled | HistoryPage | SearchPage | Following | Unfollowed | BoardShown | NoticesPage | NoticesRead | NoticeCame | CaseChanged | Scheduled | LaterList | LaterChanged | DraftStands | DraftList | Renewed | WaitAcknowledged | Clock | Gap | Error;

export type AnyCommand = Hello | Send | Edit | Delete | React | GiveExercise | HandIn | Check | Read | Acknowledge | Urgent | Typing | JoinSession | Signal | History | Search | Conversations | Follow | Unfollow | Watch | Notices | ReadNotices | ListLater | Reschedule | Unschedule | Draft | Drafts | Renew;
