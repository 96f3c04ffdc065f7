// Hands a file to the device, as a link to it would.

export function saveFile(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The download has begun by then; a page that stays open keeps no file.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
