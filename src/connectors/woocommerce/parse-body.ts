/** What a body turned out to hold. */
export type ParsedBody = { kind: 'json'; value: unknown } | { kind: 'odd'; reason: string }

/**
 * Reads a body that should be JSON. Shops put a byte order mark or PHP's warnings in front of it, and security plugins answer with a
 * page of HTML: what starts somewhere inside is found, the rest has its reason.
 */
export function parseBody(text: string): ParsedBody {
  const whole = tryJson(text.replace(/^\uFEFF/, ''))
  if (whole !== undefined) return whole
  const trimmed = text.trim()
  if (trimmed === '') return { kind: 'odd', reason: 'empty_body' }
  for (const start of findStarts(trimmed)) {
    const inner = tryJson(trimmed.slice(start))
    if (inner !== undefined && typeof inner.value === 'object') return inner
  }
  return { kind: 'odd', reason: /^<(!doctype|html)/i.test(trimmed) ? 'html_body' : 'broken_json' }
}

function tryJson(text: string): { kind: 'json'; value: unknown } | undefined {
  try {
    return { kind: 'json', value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

// A warning ends before the JSON begins, so only the first few candidates are worth a try.
function findStarts(text: string): number[] {
  const starts: number[] = []
  for (const match of text.matchAll(/[{[]/g)) {
    starts.push(match.index)
    if (starts.length === 5) break
  }
  return starts
}
