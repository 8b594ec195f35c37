export interface Figure {
  name: string
  value: number
  unit: string
  /** This figure divided by that of `against`, from the same run. */
  ratio?: number
  against?: string
}

export interface BenchmarkOptions {
  /** How long each round of load lasts. */
  roundMs: number
  report: (figure: Figure) => void
}

/** Resolves with a sentence for each gate that was missed. */
export type Benchmark = (options: BenchmarkOptions) => Promise<string[]>

export function printFigure(figure: Figure): void {
  console.log(JSON.stringify({ ...figure, value: rounded(figure.value), ...ratioOf(figure) }))
}

function ratioOf({ ratio }: Figure): { ratio?: number } {
  return ratio === undefined ? {} : { ratio: rounded(ratio) }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}

/** The value below which this share (0 to 1) of the values lies. NaN without values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}
