// Icons: line drawings in a box of 24, in the colour of the text beside them. Each stands beside its word.

import { html, svg, type TemplateResult } from "lit";

const SHAPES = {
  back: svg`
    <path d="M11 5.5 4.5 12l6.5 6.5M5 12h15" />
  `,
  bell: svg`
    <path d="M5.5 17h13l-1.600-2.400V10a4.900 4.900 0 0 0-9.800 0v4.600zM10 20a2.200 2.200 0 0 0 4 0" />
  `,
  belloff: svg`
    <path
      d="M9.500 5.800A4.900 4.900 0 0 1 16.900 10v4M14.500 17h-9l1.600-2.400V10c0-.5.1-1 .2-1.500M10 20a2.200 2.200 0 0 0 4 0M4 3.500l16 17"
    />
  `,
  calendar: svg`
    <rect x="3.5" y="5" width="17" height="15.5" rx="2" />
    <path d="M3.5 10h17M8 3v4m8-4v4" />
  `,
  camoff: svg`
    <path
      d="M6.5 6h-2a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2H13a2 2 0 0 0 1.7-1M11 6h2a2 2 0 0 1 2 2v2.6l6-3.4v9.6l-3-1.7M4 3.5l16 17" />
  `,
  chat: svg`
    <path d="M4 5h16v11.5h-8.5L7 20v-3.5H4z" />
  `,
  clip: svg`
    <path
      d="m20 11.5-8 8a5 5 0 0 1-7-7l8.5-8.5a3.3 3.3 0 0 1 4.7 4.7L9.9 17a1.6 1.6 0 0 1-2.3-2.3l7.2-7.2" />
  `,
  clock: svg`
    <circle cx="12" cy="12" r="8.7" />
    <path d="M12 7v5.2l3.4 2" />
  `,
  close: svg`
    <path d="m6 6 12 12M18 6 6 18" />
  `,
  down: svg`
    <path d="m6 9.5 6 6 6-6" />
  `,
  file: svg`
    <path d="M6 3.5h8l4.500 4.500v12.500H6zM13.500 3.500V8.500h5" />
  `,
  help: svg`
    <circle cx="12" cy="12" r="9" />
    <circle cx="12" cy="12" r="3.6" />
    <path d="m5.7 5.7 3.7 3.7m5.2 5.2 3.7 3.7m0-12.6-3.7 3.7m-5.2 5.2-3.7 3.7" />
  `,
  info: svg`
    <circle cx="12" cy="12" r="8.7" />
    <path d="M12 11v5.5M12 7.600v.1" />
  `,
  leave: svg`
    <path d="M3 14.5c5-5 13-5 18 0l-2.2 2.8-3.6-1.6v-2.6a10 10 0 0 0-6.4 0v2.6l-3.6 1.6z" />
  `,
  live: svg`
    <path d="M4 5h10.5v7.5H9L5.5 15v-2.5H4zM17 9.5h3V17h-1.5v2.5L15 17h-4.2" />
  `,
  lock: svg`
    <rect x="5" y="10.5" width="14" height="10" rx="2" />
    <path d="M8 10.5V7.6a4 4 0 0 1 8 0v2.9M12 14.5v2.2" />
  `,
  mail: svg`
    <rect x="3" y="5.5" width="18" height="13.5" rx="2" />
    <path d="m3.5 7.5 8.5 6 8.5-6" />
  `,
  menu: svg`
    <path d="M4 7h16M4 12h16M4 17h16" />
  `,
  mic: svg`
    <rect x="9" y="3" width="6" height="11.5" rx="3" />
    <path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3" />
  `,
  micoff: svg`
    <path
      d="M9 9v2.5a3 3 0 0 0 4.7 2.5M15 11V6a3 3 0 0 0-5.6-1.5M5.5 11.5a6.5 6.5 0 0 0 10 5.5m2.6-2.6c.3-.9.4-1.9.4-2.9M12 18v3M4 3.5l16 17" />
  `,
  moon: svg`
    <path d="M20 14.4A8.3 8.3 0 0 1 9.6 4a8.3 8.3 0 1 0 10.4 10.4z" />
  `,
  offline: svg`
    <path
      d="M7 18.5h10.5a4 4 0 0 0 2.6-1M20.9 15a4 4 0 0 0-3.9-5A6 6 0 0 0 9 6.6M6.7 9.2A4.7 4.7 0 0 0 7 18.5M4 3.5l16 17" />
  `,
  pen: svg`
    <path
      d="M4 20.2 5.2 15 15.9 4.3a1.9 1.9 0 0 1 2.7 0l1.1 1.1a1.9 1.9 0 0 1 0 2.7L9 18.9zM13.6 6.6l3.8 3.8" />
  `,
  people: svg`
    <circle cx="9" cy="8" r="3.5" />
    <path
      d="M2.5 20c.5-4 3-6 6.5-6s6 2 6.5 6M15.5 5a3.5 3.5 0 0 1 0 6.5M17.5 14.5c2.2.7 3.6 2.5 4 5.5" />
  `,
  phone: svg`
    <path
      d="M7.5 3.5H5a1.6 1.6 0 0 0-1.6 1.8c.6 8 7.3 14.7 15.3 15.3a1.6 1.6 0 0 0 1.8-1.6v-2.5l-4.5-2-2 2.2a13 13 0 0 1-6.7-6.7l2.2-2z" />
  `,
  "pip-free": svg`
    <circle cx="8" cy="8" r="6" fill="none" />
  `,
  "pip-run": svg`
    <circle cx="8" cy="8" r="6" fill="none" />
    <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />
  `,
  read: svg`
    <path d="m2 12.8 4.2 4.2 8.8-9M11.2 16.2l.9.8L21.4 8" />
  `,
  refresh: svg`
    <path d="M19.5 8A8.3 8.3 0 0 0 4.2 9.5M4.5 16a8.3 8.3 0 0 0 15.3-1.5M4 4.5v5h5M20 19.5v-5h-5" />
  `,
  return: svg`
    <path d="M9 6 4 11l5 5M4.5 11H15a5 5 0 0 1 0 10h-2" />
  `,
  right: svg`
    <path d="m9.5 6 6 6-6 6" />
  `,
  search: svg`
    <circle cx="10.5" cy="10.5" r="6.5" />
    <path d="m15.5 15.5 5 5" />
  `,
  sent: svg`
    <path d="m5 12.8 4.4 4.4L19 7.5" />
  `,
  share: svg`
    <rect x="3" y="4.5" width="18" height="12" rx="2" />
    <path d="M8 20.5h8M12 13.5v-6m-2.7 2.6L12 7.4l2.7 2.7" />
  `,
  "u-calm": svg`
    <circle cx="12" cy="12" r="8.5" fill="none" />
    <path d="M12 7.5V12h3.5" fill="none" />
  `,
  "u-done": svg`
    <circle cx="12" cy="12" r="8.5" fill="none" />
    <path d="m8 12.4 2.8 2.8 5.2-6" fill="none" />
  `,
  "u-hour": svg`
    <path d="M12 3.5 21.5 20h-19z" fill="none" />
    <path d="M12 9.5v5m0 2.5v.1" fill="none" />
  `,
  "u-late": svg`
    <path d="M12 1.8 22.2 12 12 22.2 1.8 12z" fill="currentColor" />
    <path class="u-cut" d="M12 7.5v5.5m0 3v.1" fill="none" />
  `,
  "u-none": svg`
    <path d="M7 12h10" fill="none" />
  `,
  "u-soon": svg`
    <circle cx="12" cy="12" r="8.5" fill="none" />
    <path d="M12 3.5a8.5 8.5 0 0 1 0 17z" fill="currentColor" />
  `,
  video: svg`
    <rect x="2.5" y="6" width="12.5" height="12" rx="2" />
    <path d="m15 10.6 6-3.4v9.6l-6-3.4" />
  `,
};

export type IconName = keyof typeof SHAPES;

/** Drawn in a box of 16. */
const SMALL: ReadonlySet<IconName> = new Set(["pip-free", "pip-run"]);

/** For the eye alone; the word beside it says the same. */
export function icon(name: IconName, size: "" | "s" = ""): TemplateResult {
  const box = SMALL.has(name) ? "0 0 16 16" : "0 0 24 24";
  return html`<svg class=${size ? "i i--s" : "i"} viewBox=${box} aria-hidden="true">${
    SHAPES[name]
  }</svg>`;
}
