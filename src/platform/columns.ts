// Columns of a bulk statement over unnest: shorter arrays are filled with nulls, so what is the same in all rows need not be sent for each.

/** One value where all rows have the same; the statement says `coalesce(column, ($n::type[])[1])`. For columns that are never null. */
export function constantOr<T>(values: readonly T[]): readonly T[] {
  const [first] = values
  return first !== undefined && values.every((value) => value === first) ? [first] : values
}

/** Nothing where no row has a value. */
export function nothingOr<T>(values: readonly (T | null)[]): readonly (T | null)[] {
  return values.every((value) => value === null) ? [] : values
}
