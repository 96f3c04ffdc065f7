// Which page stands at an address, of those that begin without a connection too.

const PAGES = ["member", "mentor", "support", "settings"] as const;
export type PageName = (typeof PAGES)[number];

export function pageAt(path: string): PageName | undefined {
  return PAGES.find((each) => path === `/app/${each}`);
}
