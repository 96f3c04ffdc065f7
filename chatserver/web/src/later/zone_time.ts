// Times of day in a conversation's zone, as instants, and when a text goes out unless its writer says otherwise.

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const MORNING = 8;

/** "2026-01-12T08:00": what clocks of the zone show, as fields for day and time take it. */
export function localText(instant: number, zone: string): string {
  return new Date(instant + offset(instant, zone)).toISOString().slice(0, 16);
}

/** The first instant at which clocks of the zone show it; of a time that they skip, when they change. NaN for none. */
export function instantOf(local: string, zone: string): number {
  const shown = Date.parse(`${local}Z`);
  if (Number.isNaN(shown)) return NaN;
  const [before, after] = [offset(shown - DAY, zone), offset(shown + DAY, zone)];
  const [early, late] = [shown - Math.max(before, after), shown - Math.min(before, after)];
  if (early + offset(early, zone) === shown) return early;
  if (late + offset(late, zone) === shown) return late;
  // Skipped: between the two the clocks change.
  let [low, high] = [early, late];
  while (high - low > MINUTE) {
    const middle = low + Math.floor((high - low) / (2 * MINUTE)) * MINUTE;
    if (offset(middle, zone) === after) high = middle;
    else low = middle;
  }
  return high;
}

/** 08:00 of the day that opens, or its opening where that is later. */
export function firstMorning(opensAt: number, zone: string): number {
  const day = localText(opensAt, zone).slice(0, 10);
  return Math.max(opensAt, instantOf(`${day}T0${MORNING}:00`, zone));
}

/** The first 08:00 after now. */
export function nextMorning(now: number, zone: string): number {
  const today = firstMorning(now, zone);
  if (today > now) return today;
  const day = localText(now + DAY, zone).slice(0, 10);
  return instantOf(`${day}T0${MORNING}:00`, zone);
}

const made = new Map<string, Intl.DateTimeFormat>();

/** By how many ms clocks of the zone are ahead of UTC. */
function offset(instant: number, zone: string): number {
  let format = made.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en", {
      timeZone: zone,
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
      hourCycle: "h23",
    });
    made.set(zone, format);
  }
  const parts = Object.fromEntries(
    format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1_000) * 1_000;
}
