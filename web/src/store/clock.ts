// The server's time, as well as this page knows it. Charts end at it: a viewer's clock may be minutes off.
import { signal } from '@preact/signals';

let offset = 0; // Server minus this machine, milliseconds.

/** Moves once a second while the connection lives and somebody looks. Read it in a component whose picture moves with the time. */
export const tick = signal(Date.now());

export function serverNow(): number {
  return Date.now() + offset;
}

/** A time that the server has just said. It was on its way for a moment, so the greatest of the recent differences is the best. */
export function heardServerTime(time: number): void {
  const difference = time - Date.now();
  offset = Math.abs(difference - offset) > 2_000 ? difference : Math.max(difference, offset - 5);
  if (!isHidden()) tick.value = serverNow();
}

function isHidden(): boolean {
  return typeof document !== 'undefined' && document.hidden;
}
