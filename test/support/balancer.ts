import { connect, createServer, type Socket } from 'node:net'
import { freePort } from '../../bench/support/processes.ts'

export interface Balancer extends AsyncDisposable {
  url: string
  add(port: number): void
  remove(port: number): void
}

/** Gives each connection to the next of several processes, as what stands before them does. */
export async function startBalancer(): Promise<Balancer> {
  const ports: number[] = []
  let turn = 0
  const passing = await passOn(() => ports[turn++ % ports.length])
  return {
    url: passing.url,
    add: (ready) => void ports.push(ready),
    remove: (gone) => void ports.splice(ports.indexOf(gone), 1),
    [Symbol.asyncDispose]: passing.close,
  }
}

export interface Tap extends AsyncDisposable {
  url: string
  /** How many requests have gone through whose first line fits. */
  requests(line: RegExp): number
}

/** An address of its own for a server, at which one can listen who asks it for what. */
export async function startTap(serverUrl: string): Promise<Tap> {
  const server = new URL(serverUrl)
  const lines: string[] = []
  const passing = await passOn(
    () => Number(server.port),
    (chunk) => lines.push(...(chunk.toString('latin1').match(/^(GET|POST) \S+ HTTP/gm) ?? [])),
  )
  return {
    url: `${passing.url}${server.pathname}`,
    requests: (line) => lines.filter((one) => line.test(one)).length,
    [Symbol.asyncDispose]: passing.close,
  }
}

async function passOn(
  portOf: () => number | undefined,
  onSent: (chunk: Buffer) => void = () => undefined,
): Promise<{ url: string; close: () => Promise<void> }> {
  const open = new Set<Socket>()
  const server = createServer((from) => {
    const port = portOf()
    if (port === undefined) {
      from.destroy()
      return
    }
    const to = connect(port, '127.0.0.1')
    join(from, to, open)
    join(to, from, open)
    from.on('data', onSent)
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What one end sends, the other gets; when one ends, so does the other. */
function join(one: Socket, other: Socket, open: Set<Socket>): void {
  open.add(one)
  one.on('error', () => other.destroy())
  one.on('close', () => {
    open.delete(one)
    other.destroy()
  })
  one.pipe(other)
}
