// Norwegian (bokmål).

import type { Words } from "./words.ts";

export const nb: Words = {
  language: "nb",
  common: {
    help: "Hjelp",
    why: "Hvorfor?",
    close: "Lukk",
    back: "Tilbake",
    menu: "Meny",
    send: "Send",
    message: "Melding",
    messages: "Meldinger",
    signOut: "Logg ut",
    offline: "Ingen forbindelse. Det du skriver, blir liggende her og sendes når den er tilbake.",
    unsure: "Forbindelsen er treg. Det du skriver, blir liggende til det er sendt.",
  },
};
