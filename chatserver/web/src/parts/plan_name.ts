// A plan's id as a name: `live+` is Live+.

export function planName(id: string): string {
  return id.slice(0, 1).toUpperCase() + id.slice(1);
}
