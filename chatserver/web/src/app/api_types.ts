// Generated from the server's Structs by `python -m chatserver.web.protocol_types`. Do not edit.
// Instants are RFC 3339 in UTC. Apps ignore fields and types that they do not know.

/** From when until when a mentor is away, and the mentor who stands in for them. */
export interface AbsenceDetails {
  from: string;
  until: string;
  substitute?: string | null;
}

/** A mentor's absences that are not over at `now`, by their beginning; `zone` is the mentor's own. */
export interface AbsenceList {
  mentor: string;
  zone: string;
  now: string;
  absences: AbsenceView[];
}

/**
 * From when until when a mentor is away, and who stands in. `bookings` lie within it: they stay until moved.
 *
 * Instants are RFC 3339 in UTC.
 */
export interface AbsenceView {
  mentor: string;
  id: string;
  from: string;
  until: string;
  substitute: string | null;
  set_at: string;
  bookings: BookingView[];
}

/** A message is in the log that would have been refused: a live chat, or settings that nobody kept, let it in. */
export interface AgainstRules {
  kind: "against_rules";
  seq: number;
  at: string;
  reason: "closed" | "ended" | "messages_used" | "paused" | "quota_used" | "suspended";
}

/** What was agreed at `at` (RFC 3339, UTC), by whom by their role; until the next one's. */
export interface AgreedMembership {
  at: string;
  by: "member" | "mentor" | "service" | "support";
  renewal: "annual" | "monthly";
  started_on: string;
  paid_until: string | null;
  price: Price;
  payer: "business" | "consumer";
  cadence: "every_two_weeks" | "monthly" | "weekly" | null;
  next_cadence: "every_two_weeks" | "monthly" | "weekly" | null;
  next_cadence_from: string | null;
  renews: boolean;
}

/** The deadline as it stands. */
export interface AnswerDue {
  kind: "answer_due";
  due_at: string;
  overdue: boolean;
}

/** Those that are there, of those that were asked for. */
export interface AttachmentList {
  attachments: AttachmentView[];
}

/**
 * A file. `type` is what it is by its content; `seconds` is how long a voice message is.
 *
 * `width` and `height` are those of a picture, in pixels, which has a thumbnail; else null. Its state is `checking`
 * until the virus scanner has answered, `ready`, or `refused`: then nobody gets it.
 */
export interface AttachmentView {
  id: string;
  conversation: string;
  name: string;
  type: string;
  bytes: number;
  seconds: number | null;
  width: number | null;
  height: number | null;
  state: "arriving" | "checking" | "deleted" | "ready" | "refused";
  created_at: string;
}

/** A try. `status` is null where nobody answered; `error` is why it failed, null where it did not. */
export interface AttemptView {
  at: string;
  status: number | null;
  took_ms: number;
  error: string | null;
}

/**
 * That `who` did it. `conversation`, `person` and `about`, an id of something else, are '' where it is about none.
 *
 * `details` are ids, numbers and words of the protocol, by the kind; never a text. `hash` is hexadecimal: of this line
 * and of all before it.
 */
export interface AuditLineView {
  number: number;
  at: string;
  who: string;
  role: "member" | "mentor" | "operator" | "service" | "support" | "system";
  did: string;
  conversation: string;
  person: string;
  about: string;
  details: Record<string, unknown>;
  hash: string;
}

/** Lines, the newest first; `more` says whether older ones exist. */
export interface AuditPage {
  now: string;
  lines: AuditLineView[];
  more: boolean;
}

/** The mentor is away until then; `substitute` is the mentor who stands in, null where nobody does. */
export interface Away {
  until: string;
  substitute: string | null;
}

/** The log is known from `at` on only. */
export interface Beginning {
  kind: "beginning";
  at: string;
}

/** How many open waits there are; those of them that are overdue; those of them whose miss was noted. */
export interface BoardTotals {
  waiting: number;
  overdue: number;
  missed: number;
}

/** `counts`, which support alone may say: whether the units stay spent; left out or null: as the policy has it. */
export interface BookingCancellation {
  counts?: boolean | null;
}

/**
 * A session was booked, moved or cancelled, by that role; `system` where nobody did it.
 *
 * Of one that was cancelled: `late` is paid, and `counts` says whether its units stay spent.
 */
export interface BookingData {
  conversation: string;
  booking: string;
  member?: string | null;
  mentor?: string | null;
  service?: string | null;
  starts_at?: string | null;
  minutes?: number | null;
  by?: string | null;
  moved_from?: string | null;
  late?: boolean | null;
  counts?: boolean | null;
  series?: string | null;
}

/**
 * What is to be booked. A booking of kind `plan` has no price; an `extra` one without has the mentor's listed one.
 *
 * A member books `plan`, at the listed price `extra`, first of all in a trial `chemistry`, and with a guest `one_off`:
 * in slots only. A `one_off` is there once where a case waits for it, which says what it costs.
 */
export interface BookingDetails {
  conversation: string;
  service: "live_chat" | "video_call";
  starts_at: string;
  minutes: 30 | 45 | 60 | 90;
  kind?: "chemistry" | "extra" | "one_off" | "plan";
  price?: WantedPrice | null;
}

/** One thing that happened. `at` is when it did or was due, `noted_at` when that was written down. */
export interface BookingEvent {
  name: "booked" | "cancelled" | "candidate" | "close_reminder" | "closed" | "corrected" | "ended" | "ending" | "joined" | "lapsed" | "late" | "late_cancellation" | "left" | "mentor_absent" | "moved" | "no_show" | "reminder" | "started" | "starting" | "three_sessions" | "unattended";
  at: string;
  noted_at: string;
  by: "member" | "mentor" | "service" | "support" | "end" | "system";
  data: Record<string, unknown>;
}

/** All that happened at a booking, in the order in which it was noted. */
export interface BookingEvents {
  booking: string;
  now: string;
  events: BookingEvent[];
}

/** Bookings by their start, as they stand at `now`. */
export interface BookingList {
  now: string;
  bookings: BookingView[];
}

/** Where to. It keeps credit, price and kind. */
export interface BookingMove {
  starts_at: string;
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

/** The address that a calendar subscribes to. It is shown this once; whoever has it can read the feed. */
export interface CalendarFeedView {
  url: string;
}

/**
 * How to be in the call of a booking, for as long as it can last.
 *
 * `to` is the other person, to whom signals go. `relayed`: a relay is among the servers, so that no network is in the
 * way; else two networks that let nothing through to each other cannot be brought together.
 */
export interface CallView {
  booking: string;
  to: string;
  ice_servers: IceServer[];
  relayed: boolean;
}

/**
 * What cancelling the booking would mean, if whoever asks did it now.
 *
 * `late` is on short notice: it is paid. `units` stay spent, 0 for none. `movable` says whether they may still move
 * it instead, which keeps the units.
 */
export interface CancellationView {
  booking: string;
  late: boolean;
  units: number;
  movable: boolean;
}

/**
 * What is said beside an action. `for`: whether the note is for support alone, or shared with who opened the case;
 * null: the answer to a question is shared, all else is for support.
 *
 * `facts` as the state that follows needs and takes them; `assignee` of `assign`, '' for nobody; `reached` of
 * `attempt`, whether the member was reached.
 */
export interface CaseActing {
  note?: string;
  for?: "internal" | "shared" | null;
  facts?: CaseFactsSaid;
  assignee?: string | null;
  reached?: boolean;
}

/** What moving the case to `state` asks for: one fact of each of `needs`, and those of `takes` may be given. */
export interface CaseAsk {
  state: "answered" | "applied" | "approved" | "booked" | "churned" | "confirmed" | "corrected" | "declined" | "dismissed" | "done" | "ended" | "exploring" | "handed_over" | "kept" | "lapsed" | "mentor_trying" | "official" | "open" | "overtaken" | "proposed" | "quoted" | "removed" | "reported" | "requested" | "returned" | "reviewed" | "reviewing" | "seen" | "settled" | "support_trying" | "switched" | "talking" | "warned" | "withdrawn";
  needs: (("applies_on" | "asked_on" | "booking" | "chemistry" | "ends_at" | "evidence_until" | "first_session" | "mentor" | "messages" | "minutes" | "number" | "outcome" | "paid_until" | "person" | "price" | "reason" | "replaces" | "starts_at" | "suspend" | "to" | "units" | "waiting_since")[])[];
  takes: ("applies_on" | "asked_on" | "booking" | "chemistry" | "ends_at" | "evidence_until" | "first_session" | "mentor" | "messages" | "minutes" | "number" | "outcome" | "paid_until" | "person" | "price" | "reason" | "replaces" | "starts_at" | "suspend" | "to" | "units" | "waiting_since")[];
}

/**
 * A kind of case that who asks may open, by `PUT /v1/cases/{id}`: in which state it then is, what it asks for.
 *
 * `title` is the line of a menu, in the language of `Accept-Language`; `prompts` are what a mentor may think of
 * first. Of each of `needs` one fact is to be given, those of `takes` may be. `reasons` are the words for `reason`;
 * none: any text. `refused` says why it cannot be opened now (null: it can); `case` is the open one to go on with.
 */
export interface CaseChoiceView {
  kind: "cadence_change" | "credit_correction" | "extra_session" | "ghosting" | "late_cancellation" | "membership_cancellation" | "mentor_absent" | "mentor_switch" | "misconduct" | "no_show" | "one_off_session" | "poor_fit" | "question" | "reply_missed" | "scheduling" | "unattended" | "urgent_note";
  title: string;
  state: "answered" | "applied" | "approved" | "booked" | "churned" | "confirmed" | "corrected" | "declined" | "dismissed" | "done" | "ended" | "exploring" | "handed_over" | "kept" | "lapsed" | "mentor_trying" | "official" | "open" | "overtaken" | "proposed" | "quoted" | "removed" | "reported" | "requested" | "returned" | "reviewed" | "reviewing" | "seen" | "settled" | "support_trying" | "switched" | "talking" | "warned" | "withdrawn";
  needs: (("applies_on" | "asked_on" | "booking" | "chemistry" | "ends_at" | "evidence_until" | "first_session" | "mentor" | "messages" | "minutes" | "number" | "outcome" | "paid_until" | "person" | "price" | "reason" | "replaces" | "starts_at" | "suspend" | "to" | "units" | "waiting_since")[])[];
  takes: ("applies_on" | "asked_on" | "booking" | "chemistry" | "ends_at" | "evidence_until" | "first_session" | "mentor" | "messages" | "minutes" | "number" | "outcome" | "paid_until" | "person" | "price" | "reason" | "replaces" | "starts_at" | "suspend" | "to" | "units" | "waiting_since")[];
  reasons: string[];
  prompts: string[];
  refused: "already_open" | "ended" | "no_cadence" | null;
  case: string | null;
}

/** What who asks may open in a conversation. */
export interface CaseChoices {
  conversation: string;
  choices: CaseChoiceView[];
}

/**
 * A case was opened, came into another state, or waits for support (`did`: overdue, or a reminder before that).
 *
 * `by` is the role of who did it, `system` where nobody did; null where it would say who reported somebody. `guest` is
 * the mentor of a session with another one. No reason, no note, and nobody who was reported is in it.
 */
export interface CaseData {
  conversation: string;
  case: string;
  kind: string;
  state: string;
  member?: string | null;
  mentor?: string | null;
  by?: string | null;
  due_at?: string | null;
  guest?: string | null;
  did?: string | null;
}

/**
 * A case to be opened. Which facts a kind needs and takes, `docs/cases.md` says.
 *
 * `opened_for`, which support alone may say: whose case it is; left out: support's own.
 */
export interface CaseDetails {
  kind: "cadence_change" | "credit_correction" | "extra_session" | "ghosting" | "late_cancellation" | "membership_cancellation" | "mentor_absent" | "mentor_switch" | "misconduct" | "no_show" | "one_off_session" | "poor_fit" | "question" | "reply_missed" | "scheduling" | "unattended" | "urgent_note";
  conversation: string;
  facts?: CaseFactsSaid;
  note?: string;
  opened_for?: "member" | "mentor" | null;
}

/**
 * What is waited for: the state `what`, from whom (`by`), until `at` (null while the clock stands still).
 *
 * `then` follows by itself; null: support is told, and the state stays.
 */
export interface CaseDueView {
  at: string | null;
  by: "guest" | "member" | "mentor" | "support" | "system";
  what: "answered" | "applied" | "approved" | "booked" | "churned" | "confirmed" | "corrected" | "declined" | "dismissed" | "done" | "ended" | "exploring" | "handed_over" | "kept" | "lapsed" | "mentor_trying" | "official" | "open" | "overtaken" | "proposed" | "quoted" | "removed" | "reported" | "requested" | "returned" | "reviewed" | "reviewing" | "seen" | "settled" | "support_trying" | "switched" | "talking" | "warned" | "withdrawn";
  then: "answered" | "applied" | "approved" | "booked" | "churned" | "confirmed" | "corrected" | "declined" | "dismissed" | "done" | "ended" | "exploring" | "handed_over" | "kept" | "lapsed" | "mentor_trying" | "official" | "open" | "overtaken" | "proposed" | "quoted" | "removed" | "reported" | "requested" | "returned" | "reviewed" | "reviewing" | "seen" | "settled" | "support_trying" | "switched" | "talking" | "warned" | "withdrawn" | null;
}

/**
 * What is known of a case beside the words; which facts a kind or a state needs and takes, `docs/cases.md` says.
 *
 * `starts_at`, `ends_at` and `waiting_since` are RFC 3339; days are the conversation's own.
 */
export interface CaseFactsSaid {
  reason?: string | null;
  number?: number | null;
  to?: "every_two_weeks" | "monthly" | "weekly" | null;
  mentor?: string | null;
  chemistry?: boolean | null;
  replaces?: string | null;
  price?: Price | null;
  starts_at?: string[] | null;
  minutes?: number | null;
  booking?: string | null;
  ends_at?: string | null;
  outcome?: "booked" | "cancelled" | "held" | "mentor_absent" | "no_show" | "no_show_candidate" | "running" | "unattended" | null;
  first_session?: boolean | null;
  asked_on?: string | null;
  paid_until?: string | null;
  applies_on?: string | null;
  units?: number | null;
  person?: string | null;
  messages?: string[] | null;
  waiting_since?: string | null;
  suspend?: boolean | null;
  evidence_until?: string | null;
}

/**
 * A line of a case's history: when it was done or fell due (`at`), when that was written down, by whom and what.
 *
 * `because` names what elsewhere brought it about. `for` is whom the note is for.
 */
export interface CaseLineView {
  at: string;
  noted_at: string;
  who: string;
  role: "guest" | "member" | "mentor" | "support" | "system";
  did: string;
  note: string;
  for: "internal" | "shared";
  because: string;
  facts: CaseFactsSaid;
}

/**
 * A page of cases, newest first, as they stand at `now`. `more` says whether older ones exist.
 *
 * `suggested`, on a mentor's first page, are those that they are asked to open.
 */
export interface CaseList {
  now: string;
  cases: CaseSummary[];
  more: boolean;
  suggested: SuggestedCase[];
}

/**
 * A case without its history, as lists have it: a reason in somebody's own words is left out too.
 *
 * `id` is the server's own. `title` names the kind, and `says` tells who asks what the state means for them, both in
 * the language of `Accept-Language`. `possible` are the actions that who asks may take now; `by_hand`, for support,
 * the states to which it may be moved with a note that says why. `names` are of the member and of people whom the
 * facts name, by id; whoever was erased has none.
 */
export interface CaseSummary {
  id: string;
  kind: "cadence_change" | "credit_correction" | "extra_session" | "ghosting" | "late_cancellation" | "membership_cancellation" | "mentor_absent" | "mentor_switch" | "misconduct" | "no_show" | "one_off_session" | "poor_fit" | "question" | "reply_missed" | "scheduling" | "unattended" | "urgent_note";
  title: string;
  conversation: string;
  member: string;
  state: "answered" | "applied" | "approved" | "booked" | "churned" | "confirmed" | "corrected" | "declined" | "dismissed" | "done" | "ended" | "exploring" | "handed_over" | "kept" | "lapsed" | "mentor_trying" | "official" | "open" | "overtaken" | "proposed" | "quoted" | "removed" | "reported" | "requested" | "returned" | "reviewed" | "reviewing" | "seen" | "settled" | "support_trying" | "switched" | "talking" | "warned" | "withdrawn";
  says: string;
  since: string;
  opened_by: string;
  opened_at: string;
  ended_at: string | null;
  assignee: string;
  due: CaseDueView | null;
  facts: CaseFactsSaid;
  names: Record<string, string>;
  possible: ("answered" | "applied" | "approved" | "booked" | "churned" | "confirmed" | "corrected" | "declined" | "dismissed" | "done" | "ended" | "exploring" | "handed_over" | "kept" | "lapsed" | "mentor_trying" | "official" | "open" | "overtaken" | "proposed" | "quoted" | "removed" | "reported" | "requested" | "returned" | "reviewed" | "reviewing" | "seen" | "settled" | "support_trying" | "switched" | "talking" | "warned" | "withdrawn" | "assign" | "attempt" | "note" | "withdraw" | "lift" | "suspend")[];
  by_hand: ("answered" | "applied" | "approved" | "booked" | "churned" | "confirmed" | "corrected" | "declined" | "dismissed" | "done" | "ended" | "exploring" | "handed_over" | "kept" | "lapsed" | "mentor_trying" | "official" | "open" | "overtaken" | "proposed" | "quoted" | "removed" | "reported" | "requested" | "returned" | "reviewed" | "reviewing" | "seen" | "settled" | "support_trying" | "switched" | "talking" | "warned" | "withdrawn")[];
}

/** Nobody is to write since `at`; it lapses at `lapses_at` unless support confirms it (null: it did). */
export interface CaseSuspensionView {
  at: string;
  lapses_at: string | null;
}

/**
 * A case with its history, the first line first, as it stands at `now`.
 *
 * `own_id` is what who asks calls it; '' for nothing. `prompts` are, for mentors and support, questions to oneself and
 * words to say, in the language of `Accept-Language`. `asks` are of those `possible` and `by_hand` that ask for
 * anything. `reached`, for support, are the states that it has been in, in order.
 */
export interface CaseView {
  id: string;
  kind: "cadence_change" | "credit_correction" | "extra_session" | "ghosting" | "late_cancellation" | "membership_cancellation" | "mentor_absent" | "mentor_switch" | "misconduct" | "no_show" | "one_off_session" | "poor_fit" | "question" | "reply_missed" | "scheduling" | "unattended" | "urgent_note";
  title: string;
  conversation: string;
  member: string;
  state: "answered" | "applied" | "approved" | "booked" | "churned" | "confirmed" | "corrected" | "declined" | "dismissed" | "done" | "ended" | "exploring" | "handed_over" | "kept" | "lapsed" | "mentor_trying" | "official" | "open" | "overtaken" | "proposed" | "quoted" | "removed" | "reported" | "requested" | "returned" | "reviewed" | "reviewing" | "seen" | "settled" | "support_trying" | "switched" | "talking" | "warned" | "withdrawn";
  says: string;
  since: string;
  opened_by: string;
  opened_at: string;
  ended_at: string | null;
  assignee: string;
  due: CaseDueView | null;
  facts: CaseFactsSaid;
  names: Record<string, string>;
  possible: ("answered" | "applied" | "approved" | "booked" | "churned" | "confirmed" | "corrected" | "declined" | "dismissed" | "done" | "ended" | "exploring" | "handed_over" | "kept" | "lapsed" | "mentor_trying" | "official" | "open" | "overtaken" | "proposed" | "quoted" | "removed" | "reported" | "requested" | "returned" | "reviewed" | "reviewing" | "seen" | "settled" | "support_trying" | "switched" | "talking" | "warned" | "withdrawn" | "assign" | "attempt" | "note" | "withdraw" | "lift" | "suspend")[];
  by_hand: ("answered" | "applied" | "approved" | "booked" | "churned" | "confirmed" | "corrected" | "declined" | "dismissed" | "done" | "ended" | "exploring" | "handed_over" | "kept" | "lapsed" | "mentor_trying" | "official" | "open" | "overtaken" | "proposed" | "quoted" | "removed" | "reported" | "requested" | "returned" | "reviewed" | "reviewing" | "seen" | "settled" | "support_trying" | "switched" | "talking" | "warned" | "withdrawn")[];
  now: string;
  own_id: string;
  prompts: string[];
  suspension: CaseSuspensionView | null;
  history: CaseLineView[];
  asks: CaseAsk[];
  reached: ("answered" | "applied" | "approved" | "booked" | "churned" | "confirmed" | "corrected" | "declined" | "dismissed" | "done" | "ended" | "exploring" | "handed_over" | "kept" | "lapsed" | "mentor_trying" | "official" | "open" | "overtaken" | "proposed" | "quoted" | "removed" | "reported" | "requested" | "returned" | "reviewed" | "reviewing" | "seen" | "settled" | "support_trying" | "switched" | "talking" | "warned" | "withdrawn")[];
}

/** A closed day, local; `holiday` is its name where a public holiday closes it, in the country's own language. */
export interface ClosedDay {
  date: string;
  holiday: string | null;
}

/** Closed days until `opens_at`. */
export interface ClosedDays {
  kind: "closed_days";
  days: ClosedDay[];
  opens_at: string;
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
  help?: HelpLine[] | null;
  urgent_note?: boolean;
}

/**
 * A conversation, and how it stands at the moment of the answer. Instants are RFC 3339 in UTC.
 *
 * `ended_reason` is null where it has not ended, where nobody said why, and where that is for support alone.
 */
export interface Conversation {
  id: string;
  member: string;
  mentor: string;
  plan: string;
  zone: string;
  holidays: string;
  status: "ended" | "open" | "paused" | "suspended";
  trial: boolean;
  guest: boolean;
  ended_reason: "cancelled" | "churned" | "not_chosen" | "removed" | "switched" | null;
  chosen_plan: string | null;
  chosen_at: string | null;
  created_at: string;
  updated_at: string;
  last_seq: number;
  composer: Composer;
  reply: Reply;
  away: Away | null;
  unanswered: Unanswered | null;
}

/**
 * What is to change; null or absent: as it is. `ended` is final, and comes before `suspended`, which comes before
 * `paused`: `open` lifts a suspension and gives back what was before. While a case suspends the conversation, `open`
 * and `paused` are kept for when the case lifts that. `ended_reason` is said with `ended` or never.
 */
export interface ConversationChange {
  plan?: string | null;
  status?: "ended" | "open" | "paused" | "suspended" | null;
  ended_reason?: "cancelled" | "churned" | "not_chosen" | "removed" | "switched" | null;
}

/** The plan that the conversation gets; null or absent: the one that was said of it. Members leave it out. */
export interface ConversationChoice {
  plan?: string | null;
}

/**
 * What is said about a conversation.
 *
 * `member`, `mentor`, `subscription_from`, `trial` and `guest` are said when it is created, and not changed by this.
 */
export interface ConversationDetails {
  member: string;
  mentor: string;
  plan: string;
  zone?: string | null;
  holidays?: string | null;
  subscription_from?: string | null;
  trial?: boolean | null;
  guest?: boolean | null;
  chosen_plan?: string | null;
}

/** One that a person is in, on one side or the other. */
export interface ConversationOfPerson {
  id: string;
  member: string;
  mentor: string;
  plan: string;
  status: "ended" | "open" | "paused" | "suspended";
}

/** All that a person is or was in, by id; `names` are those of their people, by id, as far as they have one. */
export interface ConversationsOfPerson {
  person: string;
  conversations: ConversationOfPerson[];
  names: Record<string, string>;
}

/**
 * Units of 30 minutes to add, or below 0 to take, in the period that contains `day`; left out or null: the present.
 *
 * The same `id` in the same conversation with the same content is the same correction.
 */
export interface CorrectionDetails {
  id: string;
  units: number;
  reason: string;
  day?: string | null;
}

/** A change of the period's credits: a booking that spends units (below 0), or a correction, with its reason. */
export interface CreditEntryView {
  at: string;
  units: number;
  booking: string | null;
  correction: string | null;
  reason: string | null;
}

/** A subscription month, from its first instant until that of the next one. */
export interface CreditPeriod {
  from: string;
  until: string;
}

/**
 * The credits of a period, in units of 30 minutes.
 *
 * `left` is what may still be booked, `over` what is used beyond the allowance, as after a change of plan. `allowance`
 * and `left` are null where the plan gives without limit, and all numbers where it has no sessions.
 */
export interface CreditsView {
  period: CreditPeriod;
  allowance: number | null;
  used: number | null;
  corrected: number | null;
  left: number | null;
  over: number | null;
  entries: CreditEntryView[];
}

/** What holds on that date in place of its weekday; an empty list closes it. */
export interface DayHours {
  date: string;
  open: OpenHours[];
}

/** `count` further messages, the last of them `seq`, did not move the deadline, and why. */
export interface DeadlineKept {
  kind: "deadline_kept";
  seq: number;
  at: string;
  count: number;
  due_at: string;
  rule: "asked" | "first" | "passed" | "unpromised";
}

/** A closed day moved the deadline by `by_ms`, which is how much of it does not count. */
export interface DeadlineMoved {
  kind: "deadline_moved";
  date: string;
  holiday: string | null;
  by_ms: number;
}

/**
 * The message that set the deadline. Its clock starts at `starts_at`: at once, or when the live chat ended.
 *
 * `rule`: open time is counted, all time is, or it is the end of the next open day.
 */
export interface DeadlineSet {
  kind: "deadline_set";
  seq: number;
  at: string;
  starts_at: string;
  due_at: string;
  plan: string;
  rule: "counted" | "elapsed" | "end_of_open_day";
}

/** Deliveries, the newest first; `more` says whether older ones exist. */
export interface DeliveryPage {
  deliveries: DeliveryView[];
  more: boolean;
}

/**
 * An event on its way to an endpoint. `event_id` is what `webhook-id` says. Instants are RFC 3339 in UTC.
 *
 * `waiting` is tried next at `due_at`; `failed` was given up, `dropped` no longer wanted, both with a `reason`.
 */
export interface DeliveryView {
  id: number;
  event_id: string;
  event: string;
  at: string;
  state: "dropped" | "failed" | "sent" | "waiting";
  reason: string | null;
  due_at: string | null;
  done_at: string | null;
  attempts: AttemptView[];
}

/** Since when it is told of nothing: it said 410 Gone, or nothing had reached it for five days. */
export interface DisabledView {
  at: string;
  reason: "failing" | "gone";
}

/** What a message said from `at` on. */
export interface EarlierText {
  body: string;
  at: string;
}

/**
 * To question number `question`, on day number `day`, both from 1: a text, one of a choice, or a number of a scale.
 *
 * '' and null take the answer back.
 */
export interface ExerciseAnswer {
  question: number;
  value: string | number | null;
  day?: number;
}

/** A conversation's exercises in the order in which they were given. */
export interface ExerciseList {
  conversation: string;
  exercises: ExerciseView[];
}

/**
 * One question of an exercise. It is answered once, or on each of `days` days.
 *
 * A scale goes from `low` to `high`, which `low_word` and `high_word` may name; a choice is one of `options`.
 */
export interface ExerciseQuestion {
  kind: "choice" | "scale" | "text";
  text: string;
  days?: number;
  low?: number;
  high?: number;
  low_word?: string;
  high_word?: string;
  options?: string[];
}

/**
 * An exercise as it was given, and how far it is. `answered` of `fields` answers are there.
 *
 * `answers` are null to the mentor until they are handed in. `seq` is of the message that gave it, `handed_in_seq` of
 * the one that it became. Instants are RFC 3339 in UTC.
 */
export interface ExerciseView {
  id: string;
  title: string;
  introduction: string;
  questions: ExerciseQuestion[];
  given_by: string;
  given_at: string;
  seq: number;
  state: "begun" | "given" | "handed_in";
  answered: number;
  fields: number;
  filled_at: string | null;
  handed_in_at: string | null;
  handed_in_seq: number | null;
  answers: ExerciseAnswer[] | null;
}

/** Which field is wrong, and what is allowed there. */
export interface FieldProblem {
  field: string;
  message: string;
}

/** Answers that are new or different; all others stay as they are. */
export interface Filling {
  answers: ExerciseAnswer[];
}

/** Starts that a member may book now, RFC 3339 in UTC, and the mentor's zone. None where no hours were published. */
export interface FreeStarts {
  mentor: string;
  zone: string;
  service: "live_chat" | "video_call";
  minutes: number;
  slots: string[];
}

/**
 * What becomes of a leaving mentor's conversations.
 *
 * `others` are trials and guests' conversations: they have no plan to go on with, and are support's to end.
 */
export interface HandOver {
  mentor: string;
  switches: MemberSwitch[];
  others: string[];
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

/**
 * `lines` by ISO 3166-1 country, and `general` for all others; the country of a lock is that of its conversation.
 *
 * A text that holds the words of a `danger` phrase, one after the other, suggests danger to life: case folded,
 * apostrophes dropped; `*` stands for any ending of a word. Apps look for them by themselves, in what a member wrote
 * when it is refused or cannot be sent, show help larger beside it, and tell nobody.
 */
export interface HelpView {
  checked_on: string;
  lines: Record<string, HelpLine[]>;
  urgent_note: boolean;
  danger: string[];
}

/** When a mentor may be booked by their members. What is left out gets its default, also where there were hours. */
export interface HoursDetails {
  weekly: WeeklyHours[];
  zone?: string | null;
  exceptions?: DayHours[];
  buffer_minutes?: number;
  notice_hours?: number;
}

/**
 * When a mentor may be booked by their members, in local time of `zone`; closed all the time until it is set.
 *
 * Exceptions hold in place of their weekday; one without stretches closes its date. `updated_at` is RFC 3339 in UTC.
 */
export interface HoursView {
  mentor: string;
  zone: string;
  weekly: WeeklyHours[];
  exceptions: DayHours[];
  buffer_minutes: number;
  notice_hours: number;
  updated_at: string | null;
}

/** As browsers take it. `username` and `credential` are null of a STUN server, which wants none. */
export interface IceServer {
  urls: string[];
  username?: string | null;
  credential?: string | null;
}

/** When each side first joined. */
export interface JoinsView {
  member: string | null;
  mentor: string | null;
}

/** By folder and title: a mentor's `own`, and those that are `shared` with all mentors. */
export interface LibraryView {
  own: SavedItemView[];
  shared: SavedItemView[];
}

/** What a session of that length costs, in the currency's minor unit. */
export interface ListedPrice {
  minutes: number;
  amount: number;
  currency: string;
}

/** A mentor's whole list of prices for sessions outside the plan. */
export interface ListedPrices {
  prices: ListedPrice[];
}

/** A live chat is running; when it began is null where nobody kept it. */
export interface LiveChat {
  kind: "live_chat";
  at: string | null;
  until: string;
}

/** In which language a person wants to be told things. */
export interface LocaleChoice {
  locale: "da" | "en" | "nb";
}

/** A mail came back for good (`bounce`), or was called spam (`complaint`): by its address or by its Message-ID. */
export interface MailBounce {
  kind: "bounce" | "complaint";
  address?: string | null;
  message_id?: string | null;
}

/** To how many people no mail goes any more, until they have another address; 0 where nobody is known by it. */
export interface MailBounceNoted {
  people: number;
}

/** The open switch of a conversation: `case` is its id. */
export interface MemberSwitch {
  conversation: string;
  member: string;
  case: string;
}

/** A member leaves for whom a business pays: when they asked, and the first day that is not paid for. */
export interface MembershipCancelledData {
  member: string;
  asked_on?: string | null;
  paid_until?: string | null;
  payer?: string | null;
}

/** What is to change; null or absent: as it is. */
export interface MembershipChange {
  renewal?: "annual" | "monthly" | null;
  started_on?: string | null;
  price?: MembershipPrice | null;
  payer?: "business" | "consumer" | null;
  cadence?: "every_two_weeks" | "monthly" | "weekly" | null;
  paid_until?: string | null;
  renews?: boolean | null;
}

/**
 * A membership was agreed on or changed, is about to renew, or has renewed. Days are local to the member.
 *
 * `amount` is in the currency's minor unit.
 */
export interface MembershipData {
  member: string;
  renewal?: string | null;
  paid_until?: string | null;
  renewed_until?: string | null;
  renews?: boolean | null;
  amount?: number | null;
  currency?: string | null;
  payer?: string | null;
  by?: string | null;
}

/**
 * What was agreed with a member. What is left out gets its default, also where there is a membership already.
 *
 * `price` is that of a month, or of a year where it renews annually; with a `cadence`, for meeting every two weeks.
 */
export interface MembershipDetails {
  renewal: "annual" | "monthly";
  started_on: string;
  price: MembershipPrice;
  payer: "business" | "consumer";
  cadence?: "every_two_weeks" | "monthly" | "weekly" | null;
  paid_until?: string | null;
  renews?: boolean;
}

/** What is charged. */
export interface MembershipPrice {
  amount: number;
  currency: string;
}

/**
 * A member's membership as of now. Amounts in the currency's minor unit; days are local to the member.
 *
 * `paid_until` is the first day that is not paid for: the day of the next renewal, or where it does not renew, of its
 * end. `price` is that of a month, or of a year where it renews annually; with a cadence, for meeting every two weeks.
 * `renewal_price` is what the next renewal costs, and `monthly_price` what a month does, each at the cadence that then
 * holds: `next_cadence` from the day `next_cadence_from` on, where that is agreed.
 * `reminder_on` is null where it does not renew.
 */
export interface MembershipView {
  person: string;
  renewal: "annual" | "monthly";
  started_on: string;
  paid_until: string;
  renews: boolean;
  price: Price;
  renewal_price: Price;
  monthly_price: Price;
  payer: "business" | "consumer";
  cadence: "every_two_weeks" | "monthly" | "weekly" | null;
  next_cadence: "every_two_weeks" | "monthly" | "weekly" | null;
  next_cadence_from: string | null;
  reminder_on: string | null;
  updated_at: string;
  history: AgreedMembership[];
}

/**
 * A mentor's open conversations on plans that ask for days, by id. A reminder: no deadline is missed by it.
 *
 * `names` are those of the members, by id, as far as they have one.
 */
export interface MentorDays {
  mentor: string;
  conversations: WrittenDays[];
  names: Record<string, string>;
}

/** By name; `more` says whether there are others. */
export interface MentorList {
  mentors: NamedMentor[];
  more: boolean;
}

/** A message was accepted. `text` is null where the endpoint asks for none, and where it was erased since. */
export interface MessageData {
  conversation: string;
  seq: number;
  id: string;
  from: string;
  role: string;
  text?: string | null;
}

/** Messages as they stand, in order of seq; `more` says whether older entries exist, before `first`. */
export interface MessagePage {
  messages: StoredMessage[];
  more: boolean;
  first: number;
}

/** The rules refused a message of that side; told at most once a minute for each conversation and reason. */
export interface MessageRefusedData {
  conversation: string;
  member?: string | null;
  mentor?: string | null;
  side?: string | null;
  reason?: string | null;
  opens_at?: string | null;
}

/** Messages that were counted in this week, the last of them at `at`. */
export interface MessagesSpent {
  kind: "messages_spent";
  seq: number;
  at: string;
  used: number;
  per_week: number;
}

/** Whether the person has muted the conversation: then its notices stand in their list and are sent nowhere. */
export interface MutedConversation {
  person: string;
  conversation: string;
  muted: boolean;
}

/** A mentor; `name` is '' where they have none. `expertise`: what they say that they know of. */
export interface NamedMentor {
  id: string;
  name: string;
  expertise: string[];
}

/** An answer is owed, and the plan promises no deadline. */
export interface NoDeadline {
  kind: "no_deadline";
  plan: string;
}

/** No message waits for an answer. */
export interface NothingOwed {
  kind: "nothing_owed";
}

/** A notice, and what it says: a `title` of one line; `text`, one or two sentences that need no title. */
export interface NoticeInWords {
  id: number;
  event: string;
  conversation: string | null;
  booking: string | null;
  data: Record<string, unknown>;
  at: string;
  read: boolean;
  title: string;
  text: string;
}

/**
 * A page of a person's notices, newest first, in the language that `Accept-Language` likes best.
 *
 * Times in their words are those of the person's own zone. `more` says whether older ones exist; `unread` counts all.
 */
export interface NoticeList {
  notices: NoticeInWords[];
  more: boolean;
  unread: number;
}

/** Which notices the person has seen: those up to and including `upto`, or those of `ids`. */
export interface NoticesSeen {
  upto?: number | null;
  ids?: number[];
}

/** Open from `from` until before `until`. */
export interface OpenHours {
  from: string;
  until: string;
}

/** Whether the member hears when writing opens: at `opens_at` (RFC 3339, UTC), null where nobody knows yet. */
export interface OpeningNotice {
  conversation: string;
  asked: boolean;
  opens_at: string | null;
}

/** The first of them, by name; `more` says whether there are others: search for more of the name. */
export interface PeopleFound {
  people: Person[];
  more: boolean;
}

/** A person. Instants are RFC 3339 in UTC. */
export interface Person {
  id: string;
  role: "member" | "mentor" | "service" | "support";
  name: string;
  zone: string;
  locale: "da" | "en" | "nb";
  email: string | null;
  country: string | null;
  created_at: string;
  updated_at: string;
  erased_at: string | null;
}

/** What is said about a person. What is left out gets its default, also where the person exists. */
export interface PersonDetails {
  role: "member" | "mentor" | "service" | "support";
  name: string;
  zone?: string | null;
  locale?: "da" | "en" | "nb";
  email?: string | null;
  country?: string | null;
}

/** A person was erased: forget what you hold of them. */
export interface PersonErasedData {
  person: string;
}

/** Nothing has happened: somebody tries the endpoint out. */
export interface PingData {
  webhook: string;
}

/** What came of a try: `error` is null where the endpoint took it, `status` where nobody answered. */
export interface PingView {
  status: number | null;
  took_ms: number;
  error: string | null;
}

/**
 * A start of the series and its booking, which may have been moved: `booked_for`. Null where it was `refused`.
 *
 * `refused` is why it could not be booked: a reason of refusals, or `conflict` where its id is taken. The same request
 * that began the series tries again.
 */
export interface PlaceView {
  starts_at: string;
  booking: string | null;
  booked_for: string | null;
  state: "booked" | "cancelled" | "held" | "mentor_absent" | "no_show" | "no_show_candidate" | "running" | "unattended" | null;
  refused: string | null;
}

/** Another plan, from `at` on. */
export interface PlanChanged {
  kind: "plan_changed";
  at: string;
  plan: string;
  was: string;
}

/** The value of a key of the policy that applied: `writing.…` of that kind of writing, or `reply.…`. */
export interface PolicyValue {
  kind: "policy_value";
  plan: string;
  of: "always" | "messages" | "reply" | "weekdays" | "windows";
  key: string;
  value: number | string;
}

/** What a person wants to hear, in place of what was set. A topic that is left out is wanted on every channel. */
export interface PreferenceDetails {
  topics?: TopicWish[];
  quiet_hours?: QuietHours | null;
}

/** What a person wants to hear: of the topics that there are for their role, by clocks in `zone`. */
export interface Preferences {
  person: string;
  zone: string;
  topics: TopicPreference[];
  quiet_hours: QuietHours | null;
  muted: string[];
}

/** What is charged, in the currency's minor unit (øre, cents) and its ISO 4217 code. */
export interface Price {
  amount: number;
  currency: string;
}

/** What a mentor lists now, by minutes; amounts in the currency's minor unit. Bookings keep the price they had. */
export interface PriceTable {
  mentor: string;
  prices: ListedPrice[];
}

/** `type` stays the same for a kind of problem; `detail` is for people; `errors` names the wrong fields. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: FieldProblem[];
}

/** What a mentor says. `expectations` are shown to each of their members; `expertise` helps whoever chooses one. */
export interface ProfileDetails {
  expectations?: string;
  expertise?: string[];
}

/**
 * What the mentor and their members may expect of each other, in the mentor's words, and what the mentor knows of.
 *
 * `updated_at` is RFC 3339 in UTC; null where it was never said.
 */
export interface ProfileView {
  mentor: string;
  expectations: string;
  expertise: string[];
  updated_at: string | null;
}

/** A browser's PushSubscription; `expiration_time` is its `expirationTime`. */
export interface PushDetails {
  endpoint: string;
  keys: PushKeys;
  expiration_time?: number | null;
}

/** The `applicationServerKey` to subscribe with, in base64url. It never changes. */
export interface PushKeyView {
  key: string;
}

/** The subscription's `keys`. */
export interface PushKeys {
  p256dh: string;
  auth: string;
}

/** All of a person's, the latest first. */
export interface PushSubscriptionList {
  subscriptions: PushSubscriptionView[];
}

/**
 * A device that push reaches the person on, by the host of its push service. Instants are RFC 3339 in UTC.
 *
 * `host` is null where the subscription cannot be read any more.
 */
export interface PushSubscriptionView {
  device: string;
  host: string | null;
  subscribed_at: string;
  expires_at: string | null;
}

/**
 * A month that holds three, as 2026-07: keep them, or begin a series with the first of `shifted` that `replaces`
 * this one from the first of `starts` on.
 */
export interface QuestionView {
  month: string;
  starts: string[];
  shifted: string[];
}

/** From when until when nothing goes out that can wait; past midnight where `until` is the earlier one. */
export interface QuietHours {
  from: string;
  until: string;
}

/** An emoji, and the people who reacted with it. */
export interface Reaction {
  emoji: string;
  people: string[];
}

/**
 * When support read messages of the conversation, those that had been reported among them: the first time first.
 *
 * Of reading on, the first instant in each hour. What was read since a case of misconduct is open, and because of it,
 * is told once that has ended.
 */
export interface Readings {
  conversation: string;
  read_at: string[];
}

/**
 * The rules say no, and nothing has changed. `reason` is the first that holds, for programs.
 *
 * `credits_left` is there where units are missing: how many the period has. `free_starts` are starts (RFC 3339) that
 * would be accepted, `plans` those plans whose members may do this; both are left out where none would help.
 * `possible` are the actions that a case knows now; `case` is the open one that is in the way.
 */
export interface RefusalProblem {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: FieldProblem[];
  reason: string;
  credits_left?: number;
  free_starts?: string[];
  plans?: string[];
  possible?: string[];
  case?: string;
}

/** How many events are sent once more. Where there were too many at once, `rest_from` is where the rest begins. */
export interface ReplayView {
  replayed: number;
  rest_from: string | null;
}

/** Which events to tell of once more: one, or all of a time that the endpoint wants. */
export interface ReplayWish {
  event?: string | null;
  from?: string | null;
  until?: string | null;
}

/**
 * A page as it stands at `now`: by deadline, then those without one.
 *
 * `totals` count every open wait of the mentor and plan that were asked for, whatever the state. `next` is null on the
 * last page.
 */
export interface RepliesPage {
  now: string;
  totals: BoardTotals;
  replies: WaitResource[];
  next: string | null;
}

/** What the mentor owes: nothing (all null), or an answer since `waiting_since`, by `due_at` if that is promised. */
export interface Reply {
  waiting_since: string | null;
  due_at: string | null;
  overdue: boolean;
}

/**
 * A member waits, or waited, for an answer since `waiting_since`; `in_time` is null where none was promised.
 *
 * It has `answered_at` where it was answered, `ended_at` where it ended otherwise. `answered_by` is who did it in the
 * mentor's place, null where the mentor did, or nobody.
 */
export interface ReplyData {
  conversation: string;
  member?: string | null;
  mentor?: string | null;
  waiting_since?: string | null;
  due_at?: string | null;
  answered_at?: string | null;
  waited_ms?: number | null;
  in_time?: boolean | null;
  answered_by?: string | null;
  ended_at?: string | null;
}

/**
 * The day so far, in the zone of the policy: deadlines that were missed on it, and waits that were answered.
 *
 * Of the `missed`, `missed_answered` are answered since. The median is of those answered on the day, by each plan's
 * clock; null where there are none with a promise.
 */
export interface ReplyDay {
  day: string;
  zone: string;
  missed: number;
  missed_answered: number;
  answered: number;
  counted_median_ms: number | null;
}

/**
 * One mentor's, plan's or week's waits; the times are of answered ones, null where there is none.
 *
 * `missed` deadlines are those of waits answered late, ended late otherwise, or still open; `late` are the first of
 * these alone. Waits that were not answered ended with the conversation (`dropped`), by the mentor's word that they
 * need no answer (`acknowledged`), or with their messages deleted (`withdrawn`). `counted` time is by the plan's
 * clock, `waited` is all of it; `chat` is of answers to what was written in a booked live chat while it ran, whose
 * number is `chat_answered`. `mentor_weeks` are finished weeks on a plan that asks the mentor to write on some
 * days of each week, `mentor_days` the days on which they did, `weeks_behind` the weeks with too few. Of the
 * answered, `by_substitutes` were given in the mentor's place; `stood_in` are the mentor's own in the place of others.
 */
export interface ReplyGroup {
  name: string;
  answered: number;
  in_time: number;
  missed: number;
  dropped: number;
  counted_median_ms: number | null;
  counted_p95_ms: number | null;
  waited_median_ms: number | null;
  waited_p95_ms: number | null;
  longest_ms: number | null;
  chat_answered: number;
  chat_median_ms: number | null;
  chat_p95_ms: number | null;
  mentor_weeks: number;
  mentor_days: number;
  weeks_behind: number;
  by_substitutes?: number;
  stood_in?: number;
  late?: number;
  acknowledged?: number;
  withdrawn?: number;
}

/**
 * Waits that began on the days from `from` to `to`, both included, in `zone`. Weeks are named by their Mondays.
 *
 * `behind` names the latest weeks in which mentors were behind, 500 at most.
 */
export interface ReplyReport {
  from: string;
  to: string;
  zone: string;
  by: "mentor" | "plan" | "week";
  groups: ReplyGroup[];
  total: ReplyGroup;
  behind: WeekBehind[];
}

/** From when on tokens are good; left out or null: from now. */
export interface Revocation {
  before?: string | null;
}

/** The person's tokens issued before `before` (RFC 3339, UTC) are refused. */
export interface Revoked {
  person: string;
  before: string;
}

/**
 * A saved text, or an exercise, of which `body` is the introduction. In `title` and `body`, `{name}` stands for the
 * member's name and `{mentor}` for the mentor's. `folder` is where it is kept; '' for none.
 */
export interface SavedItem {
  kind: "exercise" | "text";
  title: string;
  body?: string;
  folder?: string;
  questions?: ExerciseQuestion[];
}

/** A saved text, or an exercise, of which `body` is the introduction. `updated_at` is RFC 3339 in UTC. */
export interface SavedItemView {
  id: string;
  kind: "exercise" | "text";
  title: string;
  body: string;
  folder: string;
  questions: ExerciseQuestion[];
  updated_at: string;
}

/** A file that such a message carries, as in `GET /v1/conversations/{id}/attachments`. */
export interface SealedFile {
  id: string;
  name: string;
  type: string;
  bytes: number;
  seconds: number | null;
  width: number | null;
  height: number | null;
}

/**
 * A message that was reported, or stands around such a one, as it stood then.
 *
 * `text` is null where it does not open. `earlier` is what it said before it was edited, at `edited_at`. `deleted`: it
 * had been deleted before the report. `files` are kept with it, whatever becomes of the message.
 */
export interface SealedMessage {
  seq: number;
  at: string;
  sender: string;
  role: "member" | "mentor" | "service" | "support" | "system";
  reported: boolean;
  text: string | null;
  edited_at: string | null;
  earlier: EarlierText[];
  deleted: boolean;
  files: SealedFile[];
}

/** In the order of the conversation; none where none were reported, or they are kept no more. */
export interface SealedMessages {
  messages: SealedMessage[];
}

/**
 * A series of sessions of the plan. Its content never changes: from here on, another one takes its place.
 *
 * `replaces` is the series that ends by this one; it keeps what starts before `replaces_from`.
 */
export interface SeriesDetails {
  conversation: string;
  service: "live_chat" | "video_call";
  first: string;
  minutes: 30 | 45 | 60 | 90;
  every_weeks: number;
  until?: string | null;
  replaces?: string | null;
  replaces_from?: string | null;
}

/** A series without its places. */
export interface SeriesHeading {
  id: string;
  service: "live_chat" | "video_call";
  zone: string;
  first: string;
  minutes: number;
  every_weeks: number;
  until: string | null;
  ended_from: string | null;
  successor: string | null;
}

/** All series of a conversation, the first one first. */
export interface SeriesList {
  series: SeriesHeading[];
}

/**
 * A series, its places from now on as far as they were made, and months to be asked about. Instants are RFC 3339.
 *
 * It keeps the local time of `first` in `zone`. Where it has ended, it has no places from `ended_from` on, and
 * `successor` is the series that went on from there.
 */
export interface SeriesResource {
  id: string;
  conversation: string;
  service: "live_chat" | "video_call";
  zone: string;
  first: string;
  minutes: number;
  every_weeks: number;
  until: string | null;
  created_at: string;
  ended_at: string | null;
  ended_from: string | null;
  replaces: string | null;
  successor: string | null;
  places: PlaceView[];
  questions: QuestionView[];
}

/**
 * What may be booked, as far as plan and prices tell, and what holds for every booking.
 *
 * Joining is possible from `join_minutes` before the start on, moving free of charge until `late_hours` before it.
 * Within `grace_minutes` of booking, cancelling costs nothing; else `cancelled` says what becomes of the units where
 * whoever asks cancels. `units_per_month` is null where the plan has no sessions, or gives them without limit.
 */
export interface ServiceList {
  conversation: string;
  plan: string;
  units_per_month: number | null;
  services: ServiceView[];
  join_minutes: number;
  late_hours: number;
  grace_minutes: number;
  book_ahead_days: number;
  cancelled: "held" | "returned";
}

/**
 * A session that may be booked, for so many minutes. A price, and who gets what of it, where it is not the plan's.
 *
 * `units` are what it costs of the plan's, 0 where it costs none.
 */
export interface ServiceView {
  service: "live_chat" | "video_call";
  kind: "chemistry" | "extra" | "one_off" | "plan";
  minutes: number;
  units: number;
  price: Price | null;
  split: Split | null;
}

/**
 * Something happened at a session, or comes near; where there is no booking, in a series of them.
 *
 * `absent` is the side that has not joined, `hours` how long before its start a reminder is, `state` how it ended.
 * Of a `month` with three sessions: its `starts`, and those `shifted` that a series would have that keeps to two.
 */
export interface SessionData {
  conversation: string;
  booking?: string | null;
  member?: string | null;
  mentor?: string | null;
  service?: string | null;
  starts_at?: string | null;
  minutes?: number | null;
  by?: string | null;
  absent?: string | null;
  hours?: number | null;
  state?: string | null;
  next_session?: string | null;
  series?: string | null;
  month?: string | null;
  starts?: string[] | null;
  shifted?: string[] | null;
}

/** Who gets how much of a price; both together are the price. */
export interface Split {
  mentor: number;
  platform: number;
}

/**
 * A billable booking, or of a correction the difference to what was told before.
 *
 * `price` is what is charged, null where nothing is; `mentor` and `platform` are who gets it. `mentor` is null where
 * the pay is left to the platform. `corrects` is the month in which a corrected booking began, else null.
 */
export interface StatementLineView {
  booking: string;
  conversation: string;
  member: string;
  service: "live_chat" | "video_call";
  kind: "chemistry" | "extra" | "one_off" | "plan";
  starts_at: string;
  minutes: number;
  state: "booked" | "cancelled" | "held" | "mentor_absent" | "no_show" | "no_show_candidate" | "running" | "unattended";
  units: number;
  currency: string | null;
  price: number | null;
  mentor: number | null;
  platform: number | null;
  corrects: string | null;
}

/** The amounts of all lines in one currency. */
export interface StatementSum {
  currency: string;
  price: number;
  mentor: number;
  platform: number;
}

/**
 * A month in the mentor's zone. One that is `issued` never changes; a `draft` is of a month that is not over yet.
 *
 * `sums` hold all lines and corrections of a currency; `without_amount` is how many sessions no amount is named for.
 */
export interface StatementView {
  mentor: string;
  month: string;
  zone: string;
  from: string;
  until: string;
  state: "draft" | "issued";
  issued_at: string | null;
  lines: StatementLineView[];
  corrections: StatementLineView[];
  sums: StatementSum[];
  units: number;
  without_amount: number;
}

/** The conversation was paused, suspended or has ended; `at` is null where nobody kept it. */
export interface StatusSet {
  kind: "status_set";
  at: string | null;
  status: "ended" | "open" | "paused" | "suspended";
}

/** A message, as on the socket but without `type`. */
export interface StoredMessage {
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

/** A case that a mentor is asked to open: nothing was heard of the member `since`; `at` is when they were asked. */
export interface SuggestedCase {
  kind: "cadence_change" | "credit_correction" | "extra_session" | "ghosting" | "late_cancellation" | "membership_cancellation" | "mentor_absent" | "mentor_switch" | "misconduct" | "no_show" | "one_off_session" | "poor_fit" | "question" | "reply_missed" | "scheduling" | "unattended" | "urgent_note";
  conversation: string;
  since: string;
  at: string;
}

/** What happened, for apps to put into words. Of names that they do not know they show the name, or nothing. */
export interface SystemEvent {
  name: string;
  data: Record<string, unknown>;
}

/** A step with its sentence: about the member's `writing`, or about the mentor's `reply`. */
export interface Told {
  about: "reply" | "writing";
  sentence: string;
  step: Beginning | PlanChanged | PolicyValue | WindowOpened | WindowKept | MessagesSpent | LiveChat | StatusSet | AgainstRules | Unexplained | UsedElsewhere | ClosedDays | WritingOpen | WritingClosed | WaitBegan | DeadlineSet | DeadlineMoved | DeadlineKept | WaitAnswered | WaitEnded | AnswerDue | NoDeadline | NothingOwed;
}

/** On which channels a person hears of a topic. `essential` events come by mail whatever is turned off. */
export interface TopicPreference {
  topic: "cases" | "deadlines" | "messages" | "openings" | "operations" | "reminders" | "sessions";
  mail: boolean;
  push: boolean;
  essential: string[];
}

/** On which channels one wants to hear of a topic. */
export interface TopicWish {
  topic: "cases" | "deadlines" | "messages" | "openings" | "operations" | "reminders" | "sessions";
  mail?: boolean;
  push?: boolean;
}

/** A member has mentors to choose between, or has chosen another one than this. `until`: when they are to have. */
export interface TrialData {
  member: string;
  conversation?: string | null;
  mentor?: string | null;
  until?: string | null;
}

/**
 * What the member wrote in the conversation that this one goes on with, and nobody answered.
 *
 * Their app offers to send it on to the new mentor, by reading it there and sending it here.
 */
export interface Unanswered {
  conversation: string;
  messages: UnansweredMessage[];
}

/** A message by the id that its app gave it. */
export interface UnansweredMessage {
  id: string;
  seq: number;
  at: string;
}

/** What is kept of the past does not lead to the stored value of `field`; the stored one holds. */
export interface Unexplained {
  kind: "unexplained";
  field: "due_at" | "messages_left" | "waiting_since" | "window_ends_at" | "windows_left";
  value: number | string | null;
}

/** How many of a person's notices are unread. */
export interface UnreadNotices {
  unread: number;
}

/**
 * So many of the week's windows, or messages, were used in a conversation with another mentor and count here too.
 *
 * Of `windows` and `messages` one is not 0.
 */
export interface UsedElsewhere {
  kind: "used_elsewhere";
  windows?: number;
  messages?: number;
}

/** The mentor's message that ended the last wait. */
export interface WaitAnswered {
  kind: "answered";
  seq: number;
  at: string;
  waited_ms: number;
  late: boolean;
}

/** The first unanswered message; `seq` is null where the log no longer has it. */
export interface WaitBegan {
  kind: "wait_began";
  seq: number | null;
  at: string;
}

/** The last wait ended without an answer: the mentor said that it needs none, or its messages were deleted. */
export interface WaitEnded {
  kind: "wait_ended";
  seq: number;
  at: string;
  waited_ms: number;
  late: boolean;
  how: "acknowledged" | "withdrawn";
}

/**
 * An answer that a mentor owes. Past the deadline `time_left_ms` is negative; null where none is promised.
 *
 * `steps` of the escalation in their order, as the deadline stands: who was told, and who is told when, if no answer
 * comes.
 */
export interface WaitResource {
  conversation: string;
  member: string;
  mentor: string;
  plan: string;
  waiting_since: string;
  due_at: string | null;
  overdue: boolean;
  missed: boolean;
  substitute?: string | null;
  steps: WaitStep[];
  time_left_ms: number | null;
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

/** An amount in the currency's minor unit: 45000 NOK is 450 kroner. */
export interface WantedPrice {
  amount: number;
  currency: string;
}

/** What an endpoint is told of, and where. `with_text`: the texts of messages too, in the open. */
export interface WebhookDetails {
  url: string;
  events: string[];
  with_text?: boolean;
}

/** An endpoint, another than this one, is told of nothing more: it said 410 Gone, or failed for days. */
export interface WebhookDisabledData {
  webhook: string;
  reason: string;
}

/** All endpoints, by their ids. */
export interface WebhookList {
  webhooks: WebhookView[];
}

/**
 * An endpoint. Instants are RFC 3339 in UTC. Until `both_sign_until` the earlier secret signs as well.
 *
 * `failing_since` is null where the last try succeeded, `disabled` where it is told of events.
 */
export interface WebhookView {
  id: string;
  url: string;
  events: string[];
  with_text: boolean;
  created_at: string;
  updated_at: string;
  both_sign_until: string | null;
  failing_since: string | null;
  disabled: DisabledView | null;
}

/** And the secret that signs what it gets: shown this once. */
export interface WebhookWithSecret {
  id: string;
  url: string;
  events: string[];
  with_text: boolean;
  created_at: string;
  updated_at: string;
  both_sign_until: string | null;
  failing_since: string | null;
  disabled: DisabledView | null;
  secret: string;
}

/** In the week from Monday `week` on, the mentor wrote on fewer days than the plan asks for; so far, if not over. */
export interface WeekBehind {
  week: string;
  mentor: string;
  conversation: string;
  plan: string;
  days: number;
  days_asked: number;
  over: boolean;
}

/** Open on that day of each week. */
export interface WeeklyHours {
  weekday: "friday" | "monday" | "saturday" | "sunday" | "thursday" | "tuesday" | "wednesday";
  from: string;
  until: string;
}

/**
 * The steps that led to `composer` and `reply` as they stand at `now`, in order.
 *
 * A member gets the steps about writing; `reply` is null then. `zone` is where the sentences' times are.
 * `week` is null where the policy does not know the plan any more.
 */
export interface Why {
  conversation: string;
  now: string;
  zone: string;
  language: "da" | "en" | "nb";
  composer: Composer;
  reply: Reply | null;
  week: WritingWeek | null;
  steps: Told[];
}

/** The plan that the window was opened on is no more, and the window runs on. */
export interface WindowKept {
  kind: "window_kept";
  ends_at: string;
  plan: string;
}

/** A message opened a writing window, the `number`th of `per_week` in its week; `cut`: closed days end it early. */
export interface WindowOpened {
  kind: "window_opened";
  seq: number;
  at: string;
  ends_at: string;
  plan: string;
  number: number;
  per_week: number;
  length_ms: number;
  cut: boolean;
}

/** A writing window; it may have begun before the week, and run on after it. */
export interface WindowSpan {
  starts_at: string;
  ends_at: string;
}

/** A message of the member would be refused now. */
export interface WritingClosed {
  kind: "writing_closed";
  reason: "closed" | "ended" | "messages_used" | "paused" | "quota_used" | "suspended";
  opens_at: string | null;
}

/** A local day from `starts_at` on. Writing rests on it where it is `closed`; a holiday is named. */
export interface WritingDay {
  starts_at: string;
  closed: boolean;
  holiday: string | null;
}

/** A message of the member would be admitted now, and in which way. */
export interface WritingOpen {
  kind: "writing_open";
  way: "counted" | "free" | "live" | "opened" | "window";
  until: string | null;
  left: number | null;
}

/**
 * The local week that holds `now`, until `ends_at`.
 *
 * `kind` is how the plan lets its member write: in `per_week` windows of `hours`, so many messages, on open days, or
 * always; null where nothing is counted. `freer` is a plan that would let its member write now as much as they
 * like, where this one does not: the one next to it in the policy that has all of its sessions. `upgrade_url` leads
 * there.
 */
export interface WritingWeek {
  ends_at: string;
  days: WritingDay[];
  windows: WindowSpan[];
  kind: "always" | "messages" | "weekdays" | "windows";
  per_week: number | null;
  hours: number | null;
  freer: string | null;
  freer_kind: "always" | "weekdays" | null;
  upgrade_url: string | null;
}

/** `days` such as 2026-01-05 of the local week that ends at `ends_at`; the plan asks for `asked` of them. */
export interface WrittenDays {
  conversation: string;
  member: string;
  plan: string;
  asked: number;
  days: string[];
  ends_at: string;
}
