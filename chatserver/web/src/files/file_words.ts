// Sizes and lengths in words.

const KIB = 1024;

/** As people know it: 840 kB, 2.4 MB. */
export function sizeWords(bytes: number, language: string): string {
  const isLarge = bytes >= KIB * KIB;
  const unit = isLarge ? "megabyte" : "kilobyte";
  const value = isLarge ? bytes / KIB / KIB : Math.max(1, bytes / KIB);
  const digits = isLarge && value < 10 ? 1 : 0;
  return new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: digits })
    .format(value);
}

/** 75 seconds are 1:15. */
export function lengthWords(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
