/** "12.9" -> 1290. Two decimals; what is not a number counts as nothing. */
export function toMinor(text: string): number {
  const amount = Number(text)
  return text === '' || !Number.isFinite(amount) ? 0 : Math.round(amount * 100)
}

/** 1290 -> "12.90" */
export function fromMinor(minor: number): string {
  return (minor / 100).toFixed(2)
}
