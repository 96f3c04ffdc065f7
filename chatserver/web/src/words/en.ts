// English. Functions take what differs; numbers, times and names come as words already.

export const en = {
  language: "en",
  common: {
    help: "Help",
    why: "Why?",
    close: "Close",
    back: "Back",
    menu: "Menu",
    signOut: "Sign out",
    you: "You",
    today: "today",
    tomorrow: "tomorrow",
    yesterday: "yesterday",
    loading: "Loading",
    failed: "That did not work. Nothing is lost; try again.",
    again: "Try again",
    skip: "Go to the text field",
  },
  link: {
    offline: "You are offline.",
    offlineMore: "Go on writing; it is sent by itself, in order, when the line is back.",
    unsure: "The line is slow.",
    unsureMore: "What you write is kept here until it is sent.",
  },
  talk: {
    with: (name: string) => `Conversation with ${name}`,
    messages: "Messages",
    message: "Message",
    send: "Send",
    writeTo: (name: string) => `Write to ${name}`,
    unread: (count: number) => (count === 1 ? "1 new message" : `${count} new messages`),
    newBelow: (count: number) => (count === 1 ? "1 new" : `${count} new`),
    sent: "Sent",
    read: "Read",
    unsent: "Not sent yet",
    erased: "This message was erased.",
    isWriting: (name: string) => `${name} is writing`,
    writing: "Writing",
    says: (name: string, text: string) => `${name}: ${text}`,
    empty: (name: string) => `Nothing is written yet. ${name} reads what you write here.`,
    emptyOver: "Nothing was written here.",
    answersBy: (when: string) => `Answers by ${when} at the latest`,
    waits: (name: string) => `${name} answers when they can`,
    away: (name: string, until: string) => `${name} is away until ${until}`,
    substitute: (name: string) => `${name} stands in`,
    awayUntil: (name: string, until: string) => `${name} is away until ${until}.`,
    standsIn: (name: string) => `${name} answers meanwhile.`,
    mayWrite: "You can write all the same.",
    unknownEvent: "Something happened at a session.",
  },
  state: {
    open: "Open.",
    windowEnds: (span: string, at: string) => `The window ends in ${span}, at ${at}.`,
    windowsLeft: (
      count: number,
    ) => (count === 1 ? "1 more is left this week." : `${count} more are left this week.`),
    windowWaits: "Your next message opens a writing window of 24 hours.",
    messagesLeft: (
      count: number,
    ) => (count === 1 ? "1 message is left this week." : `${count} messages are left this week.`),
    live: (until: string) => `Live chat until ${until}.`,
    liveMore: "Write freely; it uses none of your plan’s writing.",
    alwaysOpen: "Always open for you.",
    quotaUsed: "Your writing windows this week are used.",
    messagesUsed: "Your messages this week are used.",
    closed: "Writing rests today.",
    paused: "The conversation is paused.",
    suspended: "Nobody can write here now.",
    ended: "The conversation has ended.",
    opens: (when: string, span: string) => `Opens ${when}, in ${span}.`,
    textStays: "What you type stays here.",
    readOn: "Everything can still be read.",
    notSent: "Not sent.",
    backFirst: "Your text is back, first in the field.",
    notTaken: "The server did not take it. Your text is back, first in the field.",
    queued: (
      count: number,
    ) => (count === 1
      ? "1 message is waiting to be sent."
      : `${count} messages are waiting to be sent.`),
  },
  live: {
    now: "Live chat",
    soon: (at: string, span: string) => `Live chat at ${at}, in ${span}`,
    left: "left",
    leftOf: (span: string) => `${span} left of the live chat`,
    began: (until: string) => `The live chat has begun. It goes on until ${until}.`,
    minutesLeft: (minutes: number) =>
      minutes === 1
        ? "1 minute is left of the live chat."
        : `${minutes} minutes are left of the live chat.`,
    over: "The live chat is over.",
  },
  banners: {
    only_video_included:
      "Your plan includes video only. What is written here is for agreeing on times.",
  },
  week: {
    title: "Writing this week",
    figure: "The week from Monday to Sunday.",
    window: (from: string, until: string) => `A window from ${from} to ${until}.`,
    rests: (days: string) => `Writing rests on ${days}.`,
    mentorAlways: (name: string) => `${name} can always write to you.`,
    windows: (isRunning: boolean, left: number) =>
      isRunning
        ? `One window is in use, ${left || "none"} ${left > 1 ? "are" : "is"} left.`
        : left
        ? `${left} ${left > 1 ? "windows are" : "window is"} left.`
        : "All windows are used.",
    nextAfter: (at: string, hours: number) =>
      `The next one opens when you send a message after ${at}, and lasts ${hours}\u00a0hours.`,
    nextNow: (hours: number) => `One opens when you send a message, and lasts ${hours}\u00a0hours.`,
    newOnes: (when: string, count: number) =>
      count === 1
        ? `The week begins ${when}; then you have a new one.`
        : `The week begins ${when}; then you have ${count} new ones.`,
    openDays: "You can write as much as you like on open days.",
    always: "You can write whenever you like.",
    side: "Sessions and plan",
    plan: "Plan",
    planWindows: (count: number, hours: number) =>
      count === 1
        ? `one writing window of ${hours}\u00a0hours a week.`
        : `${count} writing windows of ${hours}\u00a0hours a week.`,
    planMessages: (count: number) => `${count} messages a week, for agreeing on times.`,
    planOpenDays: "you can write on all weekdays, as much as you like.",
    planAlways: "you can write on all days, as much as you like.",
    freer: (plan: string) => `With ${plan} you can write on all weekdays.`,
  },
  member: {
    nobody: "No mentor has been given to you yet. You will hear when somebody is there.",
    endedWith: (name: string) => `Conversation with ${name}, ended`,
  },
  events: {
    liveChat: "live chat",
    videoCall: "video call",
    booked: (service: string, when: string) => `A ${service} was booked: ${when}.`,
    moved: (service: string, when: string) => `The ${service} was moved to ${when}.`,
    cancelled: (service: string, when: string) => `The ${service} on ${when} was cancelled.`,
    started: (service: string) => `The ${service} has started.`,
    ended: (service: string) => `The ${service} is over.`,
    late: "One of you has not joined yet.",
    noShow: "You did not meet this time.",
    corrected: (units: string) => `Support has corrected the session credits: ${units}.`,
  },
  due: {
    done: "Answered",
    none: "No deadline",
    late: (span: string) => `${span} late`,
    left: (span: string) => `${span} left`,
  },
  mentor: {
    navigation: "Main menu",
    conversations: "Conversations",
    byDeadline: "by deadline",
    nobody: "Nobody has been given to you yet.",
    unread: (count: number) => `${count} unread`,
    showMore: (count: number) => `Show ${count} more`,
    backToList: "Back to the list",
    answerBy: (at: string) => `answer by ${at}`,
    book: "Book session",
    plan: "Plan",
    windows: "Windows left",
    next: "Next",
    more: (name: string) => `More about the conversation with ${name}`,
    chooseOne: "Choose a conversation.",
  },
  cases: {
    requests: "What would you like?",
    cases: "Cases",
    mine: "My requests",
    none: "Nothing is open.",
    note: "In your own words",
    write: "Write to support",
    ask: "Send",
    sent: "It is with support. You see here what becomes of it.",
    until: (day: string) => `Until ${day}`,
    reason: "Why?",
    number: "How many?",
    to: "How often would you like to meet?",
    suspend: "Nobody should write here for now",
    reasons: {
      cost: "It costs too much",
      time: "Time",
      travel: "Travel",
      support: "I want more support",
      no_common_time: "We find no common time",
      unwilling: "A fixed time is not wanted",
      expertise: "It is not my field",
      readiness: "They are not ready yet",
    },
    numbers: { "1": "One", "2": "Two" },
    cadences: { monthly: "Once a month", every_two_weeks: "Every two weeks", weekly: "Every week" },
    refused: {
      already_open: "You have asked for this already.",
      ended: "The conversation has ended.",
      no_cadence: "Your plan has no fixed rhythm.",
    },
    actions: {
      withdraw: "Take back",
      confirmed: "Yes, change it",
      declined: "No, thank you",
      switched: "Yes, change my mentor",
      exploring: "Suggest somebody else",
      kept: "Leave it as it is",
      booked: "Yes, book it",
    },
  },
  help: {
    title: "Someone to talk to now",
    lead: "Would you like to talk to someone now? They answer, and it costs nothing.",
    strip: "Would you like to talk to someone?",
    danger: "Danger to life, now",
    anyTime: "day and night",
    private: "Nobody learns that you opened this.",
  },
  whyDialog: {
    title: "Why is it closed?",
    openTitle: "How writing works",
    mentorAlways: (name: string) => `${name} can always write to you, and you can read everything.`,
  },
  signIn: {
    title: "Sign in",
    lead: "This link signs you in. It works once, for 15 minutes.",
    button: "Sign in",
    opensNothing: "This link opens nothing any more.",
    askAgain: "Ask whoever sent it for a new one.",
    without: "You are signed out. Open the link that you were sent.",
    noAnswer: "The server does not answer. Your link still works; try again.",
  },
};

export type English = Widened<typeof en>;

/** Texts of any content in the place of these very ones. */
type Widened<T> = T extends string ? string
  : T extends (...given: infer G) => string ? (...given: G) => string
  : { readonly [K in keyof T]: Widened<T[K]> };
