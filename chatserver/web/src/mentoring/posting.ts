// Commands that become a message which the server writes itself: an exercise given, or handed in.

import type { Chat } from "../client/chat.ts";
import type { Accepted, AnyEvent, GiveExercise, HandIn, Refused } from "../client/protocol.ts";

export type PostAnswer = Accepted | Refused | Extract<AnyEvent, { type: "error" }>;

/** The answer. Where the line breaks it is said again with the same id: it is written once. */
export function posted(chat: Chat, command: GiveExercise | HandIn): Promise<PostAnswer> {
  return new Promise((resolve) => {
    const stops: (() => void)[] = [];
    const end = (answer: PostAnswer) => {
      for (const stop of stops) stop();
      resolve(answer);
    };
    stops.push(
      chat.on("event", (event) => {
        if (event.type === "welcome") chat.say(command);
        const isAnswer = event.type === "accepted" || event.type === "refused" ||
          event.type === "error";
        if (!isAnswer || event.id !== command.id) return;
        if (event.type !== "error" || !event.temporary) end(event);
        else setTimeout(() => chat.say(command), (event.retry_after ?? 1) * 1_000);
      }),
    );
    chat.say(command);
  });
}
