// What is typed and not sent, kept on this device: a closed tab takes nothing away.

export class Drafts {
  readonly #person: string;

  constructor(person: string) {
    this.#person = person;
  }

  of(conversation: string): string {
    return localStorage.getItem(this.#key(conversation)) ?? "";
  }

  keep(conversation: string, text: string): void {
    try {
      if (text) localStorage.setItem(this.#key(conversation), text);
      else localStorage.removeItem(this.#key(conversation));
    } catch {
      // The device has no room for it: it stays in the field.
    }
  }

  /** Where something is typed. */
  conversations(): string[] {
    const mine = this.#key("");
    return Object.keys(localStorage).filter((key) => key.startsWith(mine))
      .map((key) => key.slice(mine.length)).filter((name) => !name.includes(" "));
  }

  /** What is known beside a text: no conversation's name has a space. */
  note(what: string, conversation: string): string | null {
    return localStorage.getItem(this.#key(`${what} ${conversation}`));
  }

  keepNote(what: string, conversation: string, said: string): void {
    this.keep(`${what} ${conversation}`, said);
  }

  /** Whoever signs out leaves nothing here. */
  clear(): void {
    const mine = this.#key("");
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(mine)) localStorage.removeItem(key);
    }
  }

  #key(conversation: string): string {
    return `draft ${this.#person} ${conversation}`;
  }
}
