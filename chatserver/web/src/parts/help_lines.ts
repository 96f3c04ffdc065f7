// Whom one can call, by country: public numbers that are free of charge. Known on the device, so that help never waits.

import type { Words } from "../words/words.ts";

export interface HelpLine {
  /** As it is dialled. */
  tel: string;
  /** As it is read. */
  number: string;
  what: string;
}

/** The country of a zone; where none is known the one number that holds in all of Europe. */
const COUNTRIES: Readonly<Record<string, "NO" | "DK">> = {
  "Europe/Oslo": "NO",
  "Arctic/Longyearbyen": "NO",
  "Europe/Copenhagen": "DK",
};

export function helpLines(zone: string, { help }: Words): HelpLine[] {
  const own = ownLines(globalThis.document?.body?.dataset["help"]);
  if (own) return own;
  switch (COUNTRIES[zone]) {
    case "NO":
      return [
        { tel: "113", number: "113", what: help.danger },
        { tel: "116123", number: "116 123", what: `Mental Helse, ${help.anyTime}` },
        { tel: "22400040", number: "22 40 00 40", what: `Kirkens SOS, ${help.anyTime}` },
      ];
    case "DK":
      return [
        { tel: "112", number: "112", what: help.danger },
        { tel: "70201201", number: "70 201 201", what: "Livslinien, 11–05" },
      ];
    default:
      return [{ tel: "112", number: "112", what: help.danger }];
  }
}

/** The platform's own, of its settings: `["116 123: Mental Helse", …]`. */
export function ownLines(said: string | undefined): HelpLine[] | undefined {
  if (!said) return undefined;
  return (JSON.parse(said) as string[]).map((each) => {
    const [number = "", ...what] = each.split(": ");
    return { tel: number.replaceAll(" ", ""), number, what: what.join(": ") };
  });
}
