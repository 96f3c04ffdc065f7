// How a browser calls itself, as people call it: "Firefox, Android".

/** The first that is found; those that others also claim to be come last. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/Edg(e|A|iOS)?\//, "Edge"],
  [/OPR\//, "Opera"],
  [/SamsungBrowser\//, "Samsung Internet"],
  [/Firefox\/|FxiOS\//, "Firefox"],
  [/Chrome\/|CriOS\//, "Chrome"],
  [/Safari\//, "Safari"],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/iPhone|iPod/, "iPhone"],
  [/iPad/, "iPad"],
  [/Android/, "Android"],
  [/CrOS/, "ChromeOS"],
  [/Mac OS X|Macintosh/, "Mac"],
  [/Windows/, "Windows"],
  [/Linux|X11/, "Linux"],
];

/** `unknown` where it says nothing that people know. */
export function deviceName(said: string, unknown: string): string {
  const found = [BROWSERS, SYSTEMS].map((each) => each.find(([sign]) => sign.test(said))?.[1]);
  return found.filter(Boolean).join(", ") || said.slice(0, 40) || unknown;
}
