// Why a message could not be edited, taken back or reacted to.

import { ChatError } from "../client/chat.ts";
import type { Words } from "../words/words.ts";

/** By what `Talk` failed with. */
export function changeFault(fault: unknown, { message, common }: Words): string {
  switch (fault instanceof ChatError ? fault.code : undefined) {
    case "too_late":
      return message.tooLate;
    case "too_many_changes":
      return message.tooMany;
    case "refused":
      return message.over;
    case "deleted":
      return message.deleted;
    default:
      return common.failed;
  }
}
