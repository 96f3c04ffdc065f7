// Where in an app one is: what stands behind the address's #, such as `#/conversations/c1`. Back and forward work.

import { Store } from "../parts/element.ts";

export class Place extends Store {
  constructor() {
    super();
    addEventListener("hashchange", () => this.changed());
  }

  /** Its parts, decoded: `["conversations", "c1"]`. */
  get path(): string[] {
    return location.hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);
  }

  static link(...path: string[]): string {
    return `#/${path.map(encodeURIComponent).join("/")}`;
  }

  /** Go there, without a step back to where one was. */
  replace(...path: string[]): void {
    history.replaceState(null, "", Place.link(...path));
    this.changed();
  }
}
