// The clock, in the units the store compares with file times.

/** Nanoseconds since 1970, as coarse as the system's clock: comparable with a stat's mtimeNs and ctimeNs. */
export function nowNs(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
