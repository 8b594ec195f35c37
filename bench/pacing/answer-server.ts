import { createServer } from 'node:http'
import { serveBench } from '../support/child-server.ts'

// Takes a message as WhatsApp does, and answers after 40 ms.

const answerMs = 40
let taken = 0
const server = createServer((request, response) => {
  request.resume()
  setTimeout(() => {
    const body = JSON.stringify({ messages: [{ id: `wamid.${++taken}` }], contacts: [] })
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body)
  }, answerMs)
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as { port: number }
  serveBench(port, async () => {
    server.closeAllConnections()
    server.close()
  })
})
