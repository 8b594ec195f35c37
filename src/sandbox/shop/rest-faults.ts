/** A call to the REST interface that goes wrong. Not kept over a restart. */
export interface RestFault {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** The beginning of the path below wc/v3: `coupons`. */
  path: string
  /** A security plugin's page, an error of PHP, no patience, a cut connection, no answer at all, an interface switched off. */
  answer: 'html' | 'error_500' | 'busy' | 'cut' | 'silence' | 'no_route'
  /** What was asked is done all the same; only its answer is lost. */
  isDone?: boolean
  /** How many more times; left out: until it is taken away. */
  times?: number
}

/** The fault that strikes this call, counted down. */
export function strikeRest(
  faults: RestFault[],
  call: { method: string; path: string },
): RestFault | undefined {
  const at = faults.findIndex(
    (one) => one.method === call.method && call.path.startsWith(`wc/v3/${one.path}`),
  )
  const fault = faults[at]
  if (fault?.times === undefined) return fault
  if (fault.times > 1) faults[at] = { ...fault, times: fault.times - 1 }
  else faults.splice(at, 1)
  return fault
}
