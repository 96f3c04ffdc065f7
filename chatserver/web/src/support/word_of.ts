// Words for what the server names: of names that this version does not know, the name.

export function wordOf(words: Readonly<Record<string, unknown>>, name: string): string {
  const word = words[name];
  return typeof word === "string" ? word : name.replaceAll("_", " ");
}
