// Push on this device: whether it is on, and turning it on and off.

import type { Account } from "../app/account.ts";
import type { PushKeyView } from "../app/api_types.ts";
import type { Http } from "../app/http.ts";
import { register } from "../worker/registering.ts";
import { detailsOf, pathOf, subscribe } from "../worker/subscription.ts";
import { endPush, pushOwner, rememberPush } from "./push_memory.ts";

/** `none`: this browser cannot. `denied`: its owner has told it not to let us. */
export type PushState = "none" | "off" | "on" | "denied";

export class Push {
  readonly #account: Account;
  readonly #http: Http;
  readonly #user: string;

  constructor(account: Account, http: Http, user: string) {
    this.#account = account;
    this.#http = http;
    this.#user = user;
  }

  async state(): Promise<PushState> {
    const registration = await worker();
    if (!registration) return "none";
    if (Notification.permission === "denied") return "denied";
    const isOn = pushOwner() === this.#user && await registration.pushManager.getSubscription();
    return isOn ? "on" : "off";
  }

  /** Asks the person, as the browser does it. Fails where the server or the push service does not answer. */
  async turnOn(): Promise<PushState> {
    if (await Notification.requestPermission() !== "granted") return this.state();
    const registration = await worker();
    if (!registration) return "none";
    const { key } = await this.#http.get<PushKeyView>("/v1/push/key");
    const subscription = await registration.pushManager.getSubscription() ??
      await subscribe(registration, key);
    await this.#tell(subscription);
    rememberPush(this.#user);
    return "on";
  }

  /** Fails where the server does not answer. */
  async turnOff(): Promise<PushState> {
    const registration = await worker();
    const ticket = await this.#account.ticket();
    if (ticket) await this.#http.delete(pathOf(this.#user, ticket.sign_in));
    await (await registration?.pushManager.getSubscription())?.unsubscribe();
    endPush();
    return this.state();
  }

  /** As it is now, told to the server again: the sign-in may be a new one. Whoever was here before is reached here no more. */
  async settle(): Promise<void> {
    const subscription = await (await worker())?.pushManager.getSubscription();
    if (!subscription) return;
    if (pushOwner() === this.#user) await this.#tell(subscription);
    else await subscription.unsubscribe();
  }

  async #tell(subscription: PushSubscription): Promise<void> {
    const ticket = await this.#account.ticket();
    if (!ticket) return;
    await this.#http.put(pathOf(this.#user, ticket.sign_in), detailsOf(subscription));
  }
}

/** Undefined where there can be none, or none that may be pushed to. */
async function worker(): Promise<ServiceWorkerRegistration | undefined> {
  if (!("PushManager" in globalThis) || !("Notification" in globalThis)) return undefined;
  await register();
  if (!await navigator.serviceWorker?.getRegistration()) return undefined;
  return await navigator.serviceWorker.ready;
}
