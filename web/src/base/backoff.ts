// How long to wait before the next try.

export interface BackoffOptions {
  first: number; // Milliseconds.
  most: number;
}

/**
 * Full jitter: anywhere between nothing and a bound that doubles with each failure. When a server restarts, all its pages lose it in the
 * same moment; a plain exponential delay would also bring them all back in the same moment. A tenth of the bound is always waited.
 */
export function retryDelay(failures: number, options: BackoffOptions, random: () => number): number {
  const bound = Math.min(options.most, options.first * 2 ** Math.min(failures, 30));
  return Math.round(bound * (0.1 + 0.9 * random()));
}
