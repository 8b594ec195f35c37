export interface FormPart {
  /** Left out: a plain text. */
  type: string | undefined
  bytes: Buffer
}

/** The parts of multipart/form-data by name; nothing where it is none. The first of a name counts. */
export function readForm(raw: Buffer, contentType: string): ReadonlyMap<string, FormPart> {
  const boundary = /^multipart\/form-data;.*\bboundary="?([^";]+)"?/i.exec(contentType)?.[1]
  const parts = new Map<string, FormPart>()
  if (boundary === undefined) return parts
  // Every boundary but the first stands behind a line break; one is put in front so that all do.
  const body = Buffer.concat([Buffer.from('\r\n'), raw])
  const mark = `\r\n--${boundary}`
  let from = body.indexOf(mark)
  for (let to = body.indexOf(mark, from + 1); from !== -1 && to !== -1; to = body.indexOf(mark, from + 1)) {
    const part = body.subarray(from + mark.length + 2, to)
    const headEnd = part.indexOf('\r\n\r\n')
    const head = part.subarray(0, Math.max(0, headEnd)).toString('utf8')
    const name = /content-disposition:[^\r\n]*\bname="([^"]*)"/i.exec(head)?.[1]
    const type = /content-type:\s*([^\s;]+)/i.exec(head)?.[1]
    if (name !== undefined && !parts.has(name)) parts.set(name, { type, bytes: part.subarray(headEnd + 4) })
    from = to
  }
  return parts
}
