// English. Functions take what differs; numbers and times come as words already.

export const en = {
  language: "en",
  common: {
    help: "Help",
    why: "Why?",
    close: "Close",
    back: "Back",
    menu: "Menu",
    send: "Send",
    message: "Message",
    messages: "Messages",
    signOut: "Sign out",
    offline: "No connection. What you write is kept here and sent when it is back.",
    unsure: "The connection is slow. What you write is kept until it is sent.",
  },
};

export type English = Widened<typeof en>;

/** Texts of any content in the place of these very ones. */
type Widened<T> = T extends string ? string
  : T extends (...given: infer G) => string ? (...given: G) => string
  : { readonly [K in keyof T]: Widened<T[K]> };
