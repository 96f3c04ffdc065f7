// Browsers in which a phone's keyboard covers the page instead of making it smaller: the page is told how high it is.

/** Less than that is no keyboard: an address line that came or went. */
const KEYBOARD_PX = 120;

type Viewport = Pick<
  VisualViewport,
  "height" | "scale" | "addEventListener" | "removeEventListener"
>;

/**
 * Sets `--window` on the root while a keyboard covers part of the window, and brings its top back into sight. Where the
 * browser makes room by itself (`interactive-widget`) the window is as high as what is seen, and nothing happens. Ends by
 * the function that comes back.
 */
export function makeRoomForKeyboard(
  root: HTMLElement,
  viewport: Viewport | null = globalThis.visualViewport,
  windowHeight: () => number = () => globalThis.innerHeight,
  toTop: () => void = () => globalThis.scrollTo(0, 0),
): () => void {
  if (!viewport) return () => {};
  const look = () => {
    // Zoomed in, less is seen without a keyboard.
    const seen = viewport.height * viewport.scale;
    const isCovered = viewport.scale < 1.01 && windowHeight() - seen > KEYBOARD_PX;
    if (!isCovered) return void root.style.removeProperty("--window");
    root.style.setProperty("--window", `${Math.round(seen)}px`);
    toTop();
  };
  viewport.addEventListener("resize", look);
  look();
  return () => viewport.removeEventListener("resize", look);
}
