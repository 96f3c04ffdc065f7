// Times and amounts in words. Numbers hold on to their units, so that no line breaks between them.

import { type Language, LOCALES } from "../words/words.ts";

const GLUE = "\u00a0";
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The letters behind numbers of days, hours, minutes and seconds, and the word before a time of day. */
const UNITS: Readonly<
  Record<Language, { d: string; h: string; min: string; s: string; at: string }>
> = {
  nb: { d: "d", h: "t", min: "min", s: "s", at: `kl.${GLUE}` },
  da: { d: "d", h: "t", min: "min", s: "s", at: `kl.${GLUE}` },
  en: { d: "d", h: "h", min: "min", s: "s", at: "" },
};

/** How times are written, in one language and one zone. `zone` null: the device's own. */
export class Times {
  readonly #language: Language;
  readonly #made = new Map<string, Intl.DateTimeFormat>();
  /** By quarters of an hour: to ask `Intl` for thousands of messages takes longer than to draw them. */
  readonly #days = new Map<number, number>();
  readonly zone: string | undefined;

  constructor(language: Language, zone: string | null = null) {
    this.#language = language;
    this.zone = zone ?? undefined;
  }

  /** "09:14". */
  clock(instant: number): string {
    // Danish has a dot where the others have a colon, as Intl knows.
    return this.#format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, instant);
  }

  /** "kl. 09:14", where the language has a word for it. */
  at(instant: number): string {
    return UNITS[this.#language].at + this.clock(instant);
  }

  /** "monday 23 November", with the year where it is another one than `now`'s. */
  day(instant: number, now: number): string {
    const year = this.year(instant) === this.year(now) ? {} : { year: "numeric" } as const;
    const options = { weekday: "long", day: "numeric", month: "long", ...year } as const;
    return glued(this.#format(options, instant).replace(", ", " "));
  }

  /** "Wed 2 Dec". */
  shortDay(instant: number): string {
    return glued(this.#format({ weekday: "short", day: "numeric", month: "short" }, instant));
  }

  /** "15 December". */
  dayAndMonth(instant: number): string {
    return glued(this.#format({ day: "numeric", month: "long" }, instant));
  }

  /** "December 2026". */
  monthAndYear(instant: number): string {
    return this.#format({ month: "long", year: "numeric" }, instant);
  }

  /** "2026-12-02": the day as programs write it. */
  date(instant: number): string {
    return new Date(this.dayNumber(instant) * DAY).toISOString().slice(0, 10);
  }

  weekday(instant: number): string {
    return this.#format({ weekday: "long" }, instant);
  }

  shortWeekday(instant: number): string {
    return this.#format({ weekday: "short" }, instant);
  }

  dayOfMonth(instant: number): string {
    return new Intl.DateTimeFormat("en", { day: "numeric", timeZone: this.zone }).format(instant);
  }

  shortMonth(instant: number): string {
    return this.#format({ month: "short" }, instant);
  }

  /** The day as a number that is the same all day and grows from day to day. */
  dayNumber(instant: number): number {
    // Days begin at a quarter of an hour everywhere.
    const quarter = Math.floor(instant / (15 * MINUTE));
    let day = this.#days.get(quarter);
    if (day === undefined) {
      const parts = this.#parts(instant);
      day = Date.UTC(parts.year, parts.month - 1, parts.day) / DAY;
      this.#days.set(quarter, day);
    }
    return day;
  }

  /** How many calendar days lie between now and then: 0 today, 1 tomorrow, -1 yesterday. */
  daysAway(instant: number, now: number): number {
    return this.dayNumber(instant) - this.dayNumber(now);
  }

  year(instant: number): number {
    return this.#parts(instant).year;
  }

  /** Minutes since the day began there. */
  minutesOfDay(instant: number): number {
    const parts = this.#parts(instant);
    return parts.hour * 60 + parts.minute;
  }

  /** "Saturday and Sunday". */
  list(names: readonly string[]): string {
    return new Intl.ListFormat(LOCALES[this.#language]).format(names);
  }

  /** "2 d 9 h", "3 h 12 min", "41 min"; in the last two minutes "1 min 20 s". Of what is past: "0 min". */
  span(ms: number): string {
    const { d, h, min, s } = UNITS[this.#language];
    if (ms <= 0) return `0${GLUE}${min}`;
    if (ms < 2 * MINUTE) {
      const seconds = Math.ceil(ms / 1_000);
      return together([[Math.floor(seconds / 60), min], [seconds % 60, s]]);
    }
    const minutes = Math.floor(ms / MINUTE);
    if (minutes < 60) return `${minutes}${GLUE}${min}`;
    const hours = Math.floor(minutes / 60);
    if (hours < 24) return together([[hours, h], [minutes % 60, min]]);
    return together([[Math.floor(hours / 24), d], [hours % 24, h]]);
  }

  /** "24:10": what is left of a live chat. */
  countdown(ms: number): string {
    const seconds = Math.max(0, Math.ceil(ms / 1_000));
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  #parts(instant: number): Record<"year" | "month" | "day" | "hour" | "minute", number> {
    const format = this.#maker("parts", {
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      hourCycle: "h23",
    }, "en");
    const parts = { year: 0, month: 0, day: 0, hour: 0, minute: 0 };
    for (const { type, value } of format.formatToParts(instant)) {
      if (type in parts) parts[type as keyof typeof parts] = Number(value);
    }
    return parts;
  }

  #format(options: Intl.DateTimeFormatOptions, instant: number): string {
    return this.#maker(JSON.stringify(options), options, LOCALES[this.#language]).format(instant);
  }

  #maker(key: string, options: Intl.DateTimeFormatOptions, locale: string): Intl.DateTimeFormat {
    let made = this.#made.get(key);
    if (!made) {
      made = new Intl.DateTimeFormat(locale, { ...options, timeZone: this.zone });
      this.#made.set(key, made);
    }
    return made;
  }
}

/** "NOK 550", "550 kr": an amount in the currency's minor unit. */
export function money(language: Language, amount: number, currency: string): string {
  const format = new Intl.NumberFormat(LOCALES[language], { style: "currency", currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  const value = amount / 10 ** digits;
  const whole = Number.isInteger(value) ? { minimumFractionDigits: 0 } : {};
  return new Intl.NumberFormat(LOCALES[language], { style: "currency", currency, ...whole }).format(
    value,
  );
}

/** 550 for 55000 øre. Raises RangeError where there is no such currency. */
export function majorUnits(amount: number, currency: string): number {
  return amount / 10 ** digitsOf(currency);
}

/** 55000 øre for 550, rounded. Raises RangeError where there is no such currency. */
export function minorUnits(value: number, currency: string): number {
  return Math.round(value * 10 ** digitsOf(currency));
}

function digitsOf(currency: string): number {
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}

export function capital(text: string): string {
  return text.slice(0, 1).toLocaleUpperCase() + text.slice(1);
}

/** A day's number holds on to its month. */
function glued(text: string): string {
  return text.replace(/(\d+\.?) /g, `$1${GLUE}`);
}

function together(parts: [number, string][]): string {
  return parts.filter(([number]) => number > 0).map(([number, unit]) => `${number}${GLUE}${unit}`)
    .join(" ");
}
