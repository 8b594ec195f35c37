type Body = Record<string, unknown>

/** `_fields=id,environment.version`: only these. A single object keeps its links, those in a list do not. */
export function pickFields(
  body: Body,
  fields: string | readonly string[] | undefined,
  keepsLinks = false,
): Body {
  if (fields === undefined) return body
  const paths = (typeof fields === 'string' ? fields.split(',') : fields)
    .map((path) => path.trim())
    .filter((path) => path !== '')
  const picked = pick(
    body,
    paths.map((path) => path.split('.')),
  )
  return keepsLinks && body._links !== undefined ? { ...picked, _links: body._links } : picked
}

function pick(body: Body, paths: readonly string[][]): Body {
  return Object.fromEntries(
    Object.entries(body).flatMap(([name, value]) => {
      const below = paths.filter(([first]) => first === name).map(([, ...rest]) => rest)
      if (below.length === 0) return []
      const isWhole = below.some((rest) => rest.length === 0) || typeof value !== 'object' || value === null
      return [[name, isWhole ? value : pick(value as Body, below)]]
    }),
  )
}
