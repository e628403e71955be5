// When the page may redraw: at most four times a second, and not at all while nobody looks. Frames come ten times a second for each of a
// dozen subscriptions; drawing each would heat the reader's laptop and blur every number.

const kInterval = 250;

let waiting = new Set<() => void>();
let planned = false;
let last = 0;

/** Calls `redraw` at the next beat; once, however often it was asked for. */
export function atNextPulse(redraw: () => void): void {
  waiting.add(redraw);
  if (planned) return;
  planned = true;
  const pause = Math.max(0, last + kInterval - performance.now());
  // An animation frame comes only while the page is seen.
  setTimeout(() => requestAnimationFrame(beat), pause);
}

export function cancelPulse(redraw: () => void): void {
  waiting.delete(redraw);
}

function beat(): void {
  planned = false;
  last = performance.now();
  const now = waiting;
  waiting = new Set();
  for (const redraw of now) redraw();
}
