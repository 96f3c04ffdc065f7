// Whom one can call, by country, as the page was told with itself: so that help never waits.

import type { HelpLine } from "../client/protocol.ts";
import type { Words } from "../words/words.ts";

/** Where nobody is known yet: the country of the browser's zone. */
const COUNTRIES: Readonly<Record<string, string>> = {
  "Arctic/Longyearbyen": "NO",
  "Europe/Copenhagen": "DK",
  "Europe/Oslo": "NO",
  "Europe/Stockholm": "SE",
};
const GENERAL = "general";
const EVERYWHERE: HelpLine = { number: "112", kind: "emergency", name: "", hours: "" };

/** Of a country by ISO 3166-1; of none, the general ones. */
export function linesOf(country: string): HelpLine[] {
  const said = globalThis.document?.body?.dataset["help"];
  const told = said ? JSON.parse(said) as Record<string, HelpLine[]> : {};
  return told[country] ?? told[GENERAL] ?? [EVERYWHERE];
}

/** Of where the device is, as far as its clock tells. */
export function linesHere(): HelpLine[] {
  return linesOf(COUNTRIES[Intl.DateTimeFormat().resolvedOptions().timeZone] ?? "");
}

/** As it is dialled. */
export function dialled(line: HelpLine): string {
  return `tel:${line.number.replaceAll(" ", "")}`;
}

/** Whose it is, or what it is for. */
export function lineName(line: HelpLine, { help }: Words): string {
  return line.name || help.kinds[line.kind];
}

/** As `lineName`, with when somebody answers. */
export function lineWords(line: HelpLine, words: Words): string {
  if (line.kind === "emergency" && !line.hours) return lineName(line, words);
  return `${lineName(line, words)}, ${line.hours || words.help.anyTime}`;
}

/** Those that stand above a locked field: for danger, and for a talk. */
export function firstLines(lines: readonly HelpLine[]): HelpLine[] {
  const kinds = ["emergency", "talk", "doctor"] as const;
  const each = kinds.flatMap((kind) => lines.find((line) => line.kind === kind) ?? []);
  return each.slice(0, 2);
}
