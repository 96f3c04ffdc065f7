// The server's HTTP interface, asked as whoever is signed in.

import type { Account } from "./account.ts";

/** What the server says where it refuses: RFC 9457. */
export interface Problem {
  status: number;
  title?: string;
  detail?: string;
  /** Why, for programs, such as `busy`; beside it stands what else there is to know. */
  reason?: string;
  [more: string]: unknown;
}

export class HttpProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title ?? `HTTP ${problem.status}`);
    this.name = "HttpProblem";
    this.problem = problem;
  }
}

/** Nobody is signed in any more. */
export class SignedOut extends Error {}

export class Http {
  readonly #account: Account;
  readonly #language: string;

  /** Sentences of the server come in that language. */
  constructor(account: Account, language: string) {
    this.#account = account;
    this.#language = language;
  }

  get<T>(path: string): Promise<T> {
    return this.#ask<T>("GET", path);
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.#ask<T>("PUT", path, body);
  }

  post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.#ask<T>("POST", path, body);
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.#ask<T>("PATCH", path, body);
  }

  delete<T>(path: string): Promise<T> {
    return this.#ask<T>("DELETE", path);
  }

  /** A file that the server makes, with the name that it gives it. */
  async file(path: string, accept = "*/*"): Promise<{ name: string; content: Blob }> {
    const answer = await this.#fetch("GET", path, accept);
    if (!answer.ok) throw new HttpProblem({ status: answer.status });
    return { name: fileName(answer.headers), content: await answer.blob() };
  }

  async #ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.#fetch(method, path, "application/json", body);
    const text = await answer.text();
    const said = text ? JSON.parse(text) as unknown : undefined;
    if (!answer.ok) throw new HttpProblem({ ...(said as object), status: answer.status });
    return said as T;
  }

  async #fetch(method: string, path: string, accept: string, body?: unknown): Promise<Response> {
    const ticket = await this.#account.ticket();
    if (ticket === null) throw new SignedOut();
    const headers: Record<string, string> = {
      Authorization: `Bearer ${ticket.token}`,
      Accept: accept,
      "Accept-Language": this.#language,
    };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    return fetch(path, {
      method,
      headers,
      credentials: "omit",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}

/** What the server calls a file (RFC 6266): as it is where that is said, else in plain letters. */
export function fileName(headers: Headers): string {
  const said = headers.get("Content-Disposition") ?? "";
  const exact = /filename\*=UTF-8''([^;]+)/i.exec(said)?.[1];
  return exact ? decodeURIComponent(exact) : /filename="([^"]+)"/.exec(said)?.[1] ?? "file";
}
