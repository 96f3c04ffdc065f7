// The chat beside a call: the letters of the conversation, and where one writes.

import { html } from "lit";
import { Place } from "../app/place.ts";
import type { App } from "../app/start.ts";
import "../parts/composer.ts";
import { PageElement } from "../parts/element.ts";
import { helpAbove } from "../parts/help_dialog.ts";
import { helpForMember } from "../parts/help_strip.ts";
import { lineStrip } from "../parts/line_strip.ts";
import "../parts/message_list.ts";
import { hatching } from "../parts/week_figure.ts";
import type { WhyDialog } from "../parts/why_dialog.ts";
import "../parts/why_dialog.ts";
import type { Talk } from "../state/talk.ts";

export class CallChat extends PageElement {
  static override properties = {
    app: { attribute: false },
    talk: { attribute: false },
    name: { attribute: false },
  };

  declare app: App;
  declare talk: Talk;
  declare name: string;

  protected override render() {
    const { app, talk, name } = this;
    return html`
      ${lineStrip(app.chats.state, app.words, talk)}
      <message-list .app=${app} .talk=${talk} .name=${name}
        @exercise=${this.#exercise}></message-list>
      <chat-composer .app=${app} .talk=${talk} .name=${name}
        .above=${app.role === "member"
          ? helpAbove(app, talk)
          : helpForMember(app, name)} @why=${this.#why}></chat-composer>
      ${hatching()}
      <why-dialog .app=${app} .name=${name}></why-dialog>
    `;
  }

  /** Beside the call: who leaves its page leaves it. */
  readonly #exercise = ({ detail }: CustomEvent<string>): void => {
    const { role } = this.app;
    const place = role === "member"
      ? Place.link("exercises", detail)
      : Place.link("conversations", this.talk.view.id);
    open(`/app/${role}${place}`, "_blank", "noopener");
  };

  readonly #why = (): void => {
    void this.querySelector<WhyDialog>("why-dialog")?.open(this.talk);
  };
}

customElements.define("call-chat", CallChat);
