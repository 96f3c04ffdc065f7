// A message as it stands: what was written, and the edits, deletions and reactions about it.

import type { LastMessage, Message, Reaction } from "../client/protocol.ts";

const CHANGES: ReadonlySet<string | undefined> = new Set(["edit", "deletion", "reaction"]);

/** Whether it is something that was done to a message, and not shown by itself. */
export function isChange({ kind }: Message): boolean {
  return CHANGES.has(kind);
}

/** Whether it is a message that somebody wrote. */
export function isText({ kind = "text" }: Message): boolean {
  return kind === "text";
}

/** The message after a change about it, unless it has that in it already. A deletion is final. */
export function changed(message: Message, change: Message): Message {
  if ((message.as_of ?? 0) >= change.seq) return message;
  const now: Message = { ...message, as_of: change.seq };
  if (change.kind === "deletion" || now.deleted) {
    const { edited_at: _1, reactions: _2, attachments: _3, exercise: _4, ...rest } = now;
    return { ...rest, body: "", deleted: true };
  }
  if (change.kind === "reaction") {
    return { ...now, reactions: reacted(now.reactions ?? [], change.from, change.body) };
  }
  return change.deleted ? now : { ...now, body: change.body, edited_at: change.at };
}

/** What a list shows of the conversation after a message, or after a change of one: that is none itself. In whatever order they come. */
export function lastAfter(last: LastMessage | null, message: Message): LastMessage | null {
  if (isChange(message)) {
    if (!last || last.seq !== message.about || last.deleted) return last;
    if (message.kind === "deletion") {
      const { edited_at: _1, attachments: _2, ...rest } = last;
      return { ...rest, text: "", deleted: true };
    }
    if (message.kind !== "edit" || message.deleted) return last;
    return { ...last, text: oneLine(message.body), edited_at: message.at };
  }
  if (last && last.seq >= message.seq) return last;
  const { type: _type, conversation: _conversation, id: _id, body, attachments, ...head } = message;
  return { ...head, text: oneLine(body), attachments: attachments?.length ?? 0 };
}

function oneLine(body: string): string {
  return body.replace(/\s+/g, " ").trim();
}

/** One emoji a person; '' takes it back. */
function reacted(reactions: readonly Reaction[], person: string, emoji: string): Reaction[] {
  const others = reactions.map((each) => ({
    ...each,
    people: each.people.filter((one) => one !== person),
  }));
  const own = others.find((each) => each.emoji === emoji);
  if (own) own.people.push(person);
  else if (emoji) others.push({ emoji, people: [person] });
  return others.filter((each) => each.people.length);
}

/** What a person reacted with; null for nothing. */
export function reactionOf(message: Message, person: string): string | null {
  return message.reactions?.find((each) => each.people.includes(person))?.emoji ?? null;
}
