// Danish.

import type { Words } from "./words.ts";

export const da: Words = {
  language: "da",
  common: {
    help: "Hjælp",
    why: "Hvorfor?",
    close: "Luk",
    back: "Tilbage",
    menu: "Menu",
    send: "Send",
    message: "Besked",
    messages: "Beskeder",
    signOut: "Log ud",
    offline:
      "Ingen forbindelse. Det, du skriver, bliver liggende her og sendes, når den er tilbage.",
    unsure: "Forbindelsen er langsom. Det, du skriver, bliver liggende, til det er sendt.",
  },
};
