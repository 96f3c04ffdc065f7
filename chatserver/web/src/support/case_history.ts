// What has happened in a case, the latest first.

import { html, nothing } from "lit";
import type { CaseLineView, CaseView } from "../app/api_types.ts";
import type { Desk } from "./desk.ts";
import { factWords } from "./case_facts.ts";
import { wordOf } from "./word_of.ts";

/** Which file it was, an id, says nothing to people. */
const FILE_READ = "file_read";

export function caseHistory(view: CaseView, desk: Desk) {
  return html`<ol class="history">${
    view.history.toReversed().map((each) => line(each, view, desk))
  }</ol>`;
}

function line(each: CaseLineView, view: CaseView, desk: Desk) {
  const { people, says, times } = desk;
  const at = Date.parse(each.at);
  const by = each.who
    ? html`
      <strong>${people.name(each.who)}</strong>
    `
    : nothing;
  const facts = factWords(each.facts, desk);
  return html`
    <li><time datetime=${each.at}>${times.shortDay(at)}, ${times.clock(at)}</time><div>
      <p class=${each.who ? "" : "auto"}>${by}${did(
        each,
        desk,
      )}${each.who || !isState(each.did, view)
        ? nothing
        : `, ${says.cases.byItself}`}${each.because && each.did !== FILE_READ
        ? ` (${each.because.replaceAll("_", " ")})`
        : nothing}</p>
      ${facts.length
        ? html`<p class="quiet">${
          facts.map(([name, value]) => `${name}: ${value}`).join(" · ")
        }</p>`
        : nothing}
      ${each.note
        ? html`<p class="quiet note">“${each.note}”${
          each.for === "internal"
            ? html`
              <span class="tag">${says.cases.internal}</span>
            `
            : nothing
        }</p>`
        : nothing}</div></li>
  `;
}

function isState(did: string, view: CaseView): boolean {
  return view.reached.some((each) => each === did);
}

function did({ did }: CaseLineView, desk: Desk): string {
  const { did: words, states, effects } = desk.says.cases;
  const [head = "", ...rest] = did.split(":");
  const tail = rest.join(":");
  if (head === "effect") return words.effect(wordOf(effects, tail));
  if (head === "by_hand") return words.byHand(wordOf(effects, tail));
  if (head === "moved" && tail in states) return words.movedByHand(wordOf(states, tail));
  if (tail) return did.replaceAll("_", " ");
  return did in states ? words.movedTo(wordOf(states, did)) : wordOf(words, did);
}
