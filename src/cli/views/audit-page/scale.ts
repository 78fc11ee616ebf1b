// From values to places in a drawing.

/** Maps `from`..`to` to `start`..`end`; where there is no extent, to the middle. */
export function scale(from: number, to: number, start: number, end: number): (value: number) => number {
  const extent = to - from;
  return (value) => round(extent === 0 ? (start + end) / 2 : start + ((value - from) / extent) * (end - start));
}

/** Numbers of a drawing need no more than a tenth of a point, and the page stays small. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** About how wide a text of the drawing is, in points. */
export function widthOf(text: string): number {
  return [...text].length * 6.4;
}

/**
 * Which of these labels, centred on their places, can be written without one touching another; those with the highest `rank`
 * first.
 */
export function labelsThatFit<T extends { x: number; label: string; rank: number }>(labels: readonly T[]): Set<T> {
  const taken: [number, number][] = [];
  const fitting = labels
    .toSorted((a, b) => b.rank - a.rank)
    .filter(({ x, label }) => {
      const [left, right] = [x - widthOf(label) / 2 - 4, x + widthOf(label) / 2 + 4];
      if (taken.some(([from, to]) => left < to && right > from)) return false;
      taken.push([left, right]);
      return true;
    });
  return new Set(fitting);
}
