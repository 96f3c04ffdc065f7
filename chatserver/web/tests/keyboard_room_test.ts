import assert from "node:assert/strict";
import { makeRoomForKeyboard } from "../src/parts/keyboard_room.ts";

/** A phone 740 px high. */
class Phone extends EventTarget {
  height = 740;
  scale = 1;
  topped = 0;
  readonly set = new Map<string, string>();
  readonly root = {
    style: {
      setProperty: (name: string, value: string) => this.set.set(name, value),
      removeProperty: (name: string) => this.set.delete(name),
    },
  } as unknown as HTMLElement;

  becomes(height: number, scale = 1): string | undefined {
    Object.assign(this, { height, scale });
    this.dispatchEvent(new Event("resize"));
    return this.set.get("--window");
  }
}

Deno.test("a keyboard that covers the page leaves it the rest, until it is gone", () => {
  const phone = new Phone();
  const end = makeRoomForKeyboard(phone.root, phone, () => 740, () => phone.topped += 1);
  assert.equal(phone.becomes(430), "430px");
  assert.equal(phone.topped, 1);
  assert.equal(phone.becomes(740), undefined);
  end();
  assert.equal(phone.becomes(430), undefined);
});

Deno.test("an address line or a zoomed page is no keyboard", () => {
  const phone = new Phone();
  makeRoomForKeyboard(phone.root, phone, () => 740, () => {});
  assert.equal(phone.becomes(684), undefined);
  assert.equal(phone.becomes(370, 2), undefined);
});
