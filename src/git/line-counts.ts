// How many lines two texts differ by, as `git diff --numstat` counts them. Pure.

const NEWLINE = 0x0a;
/** Git looks for a NUL this far to call a file binary (xdiff-interface.c, FIRST_FEW_BYTES). */
const LOOKED_AT = 8000;
/** Beyond as many differences the shortest script is not worth its time: lines are matched whatever their order. */
const MOST_STEPS = 5000;

/** Lines added and removed; null each where a side is binary. */
export interface LineCounts {
  added: number | null;
  removed: number | null;
}

/**
 * Counts by the length of the shortest edit script: Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), whose
 * script has as many lines as both texts less twice the common ones. A last line without a newline is another line.
 */
export function lineCounts(before: Buffer, after: Buffer): LineCounts {
  if (isBinary(before) || isBinary(after)) return { added: null, removed: null };
  const numbers = new Map<string, number>();
  const [a, b] = [numbered(before, numbers), numbered(after, numbers)];
  const common = commonLines(a, b);
  return { added: b.length - common, removed: a.length - common };
}

function isBinary(bytes: Buffer): boolean {
  return bytes.subarray(0, LOOKED_AT).includes(0);
}

/** Lines as numbers: equal lines have the same. */
function numbered(bytes: Buffer, numbers: Map<string, number>): number[] {
  const lines: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(NEWLINE, at);
    const next = end < 0 ? bytes.length : end + 1;
    const line = bytes.toString("latin1", at, next);
    const number = numbers.get(line) ?? numbers.size;
    numbers.set(line, number);
    lines.push(number);
    at = next;
  }
  return lines;
}

/** The length of the longest common subsequence. */
function commonLines(a: readonly number[], b: readonly number[]): number {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let [endA, endB] = [a.length, b.length];
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA -= 1;
    endB -= 1;
  }
  const [n, m] = [endA - start, endB - start];
  const around = start + (a.length - endA);
  const steps = editSteps(a.slice(start, endA), b.slice(start, endB));
  return around + (steps === null ? shared(a.slice(start, endA), b.slice(start, endB)) : (n + m - steps) / 2);
}

/** The length of the shortest edit script, or null where it has too many steps. */
function editSteps(a: readonly number[], b: readonly number[]): number | null {
  const most = Math.min(a.length + b.length, MOST_STEPS);
  // The furthest place in `a` on each diagonal; those of a step are written between those of the step before.
  const furthest = new Int32Array(2 * most + 3);
  for (let step = 0; step <= most; step += 1) {
    for (let diagonal = -step; diagonal <= step; diagonal += 2) {
      const at = diagonal + most + 1;
      const [below = 0, above = 0] = [furthest[at - 1], furthest[at + 1]];
      let x = diagonal === -step || (diagonal !== step && below < above) ? above : below + 1;
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x += 1;
      furthest[at] = x;
      if (x >= a.length && x - diagonal >= b.length) return step;
    }
  }
  return null;
}

function shared(a: readonly number[], b: readonly number[]): number {
  const left = new Map<number, number>();
  for (const line of a) left.set(line, (left.get(line) ?? 0) + 1);
  let count = 0;
  for (const line of b) {
    const rest = left.get(line) ?? 0;
    if (rest > 0) count += 1;
    left.set(line, rest - 1);
  }
  return count;
}
