import { connect, type Socket } from 'node:net'

export interface HttpConnection {
  /** Resolves with the status of the answer. One request at a time. */
  send(request: Buffer): Promise<number>
  close(): void
}

/**
 * A kept-alive connection that does no more than a load generator needs, so that it takes little from a machine it shares with the
 * server: whole requests go out as bytes, and of an answer only its status and length are read.
 */
export async function openConnection(port: number): Promise<HttpConnection> {
  const socket = await dial(port)
  let pending: { resolve(status: number): void; reject(cause: Error): void } | undefined
  let received = ''
  let isClosed = false
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => {
    received += text
    const answer = readAnswer(received)
    if (answer === undefined) return
    received = received.slice(answer.length)
    pending?.resolve(answer.status)
    pending = undefined
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    isClosed = true
    pending?.reject(new Error('The connection was closed'))
  })
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        if (isClosed) {
          reject(new Error('The connection was closed'))
          return
        }
        pending = { resolve, reject }
        socket.write(request)
      }),
    close: () => socket.destroy(),
  }
}

function dial(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    socket.once('connect', () => resolve(socket))
    socket.once('error', reject)
  })
}

function readAnswer(received: string): { status: number; length: number } | undefined {
  const headEnd = received.indexOf('\r\n\r\n')
  if (headEnd === -1) return undefined
  const head = received.slice(0, headEnd)
  const bodyLength = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
  const length = headEnd + 4 + bodyLength
  return received.length < length ? undefined : { status: Number(head.slice(9, 12)), length }
}
