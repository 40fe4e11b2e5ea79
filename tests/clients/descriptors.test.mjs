// A node at the limit of open files: it refuses, goes on serving those who are in, and takes others again when some
// have gone.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { test } from 'node:test'
import { converged, joinClient, waitFor } from './clients.mjs'
import { startRelay } from './relay.mjs'
import { patience } from './wait.mjs'

// The runtime itself has about 240 files open.
const openFiles = 400
const clients = 400

const upgrade = (name) => [
  `GET /yjs/${name} HTTP/1.1`,
  'Host: localhost',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  '',
  ''
].join('\r\n')

/** A client that asks for a WebSocket and then only stays. */
class Visitor {
  answer = ''
  gone = false

  constructor (port, name) {
    this.socket = net.connect(port, '127.0.0.1')
    this.socket.on('error', () => {})
    this.socket.on('data', (data) => { if (this.answer.length < 1000) this.answer += data.toString('latin1') })
    this.socket.on('close', () => { this.gone = true })
    this.socket.write(upgrade(name))
  }

  get status () { return this.answer.split(' ')[1] }

  async leave () {
    if (this.gone) return
    this.socket.destroy()
    await once(this.socket, 'close')
  }
}

const ask = async (relay, path) => {
  const answer = await fetch(relay.url + path, { signal: AbortSignal.timeout(patience) })
  return `${answer.status} ${await answer.text()}`
}

test('a node without open files to spare refuses clients, serves those who are in, and comes back', async (t) => {
  const relay = await startRelay(t, { openFiles })
  await relay.says(`may have ${openFiles} open files, so this node takes`)
  const writers = [await joinClient(t, relay, 'typed'), await joinClient(t, relay, 'typed')]
  const visitors = []
  t.after(() => Promise.all(visitors.map((visitor) => visitor.leave())))
  const port = Number(new URL(relay.url).port)
  for (let i = 0; i < clients; i++) {
    visitors.push(new Visitor(port, `visited-${i % 5}`))
    if (i % 10 === 9) {
      writers[i % 2].text.insert(0, '.')
      await waitFor(() => visitors.every(({ status, gone }) => status !== undefined || gone), 'an answer for everybody')
    }
  }

  const count = (status) => visitors.filter((visitor) => visitor.status === status).length
  assert.ok(count('101') > 20, `${count('101')} were let in`)
  assert.ok(count('503') > 100, `${count('503')} were refused with 503`)
  await converged(writers)
  assert.equal(writers[0].text.length, clients / 10)
  assert.equal(await ask(relay, '/health/live'), '200 live\n')
  assert.match(await ask(relay, '/health/ready'), /^503 not ready: .* limit of open files/)

  await Promise.all(visitors.map((visitor) => visitor.leave()))
  await waitFor(async () => (await ask(relay, '/health/ready')).startsWith('200'), 'the node to be ready again')
  const newcomer = await joinClient(t, relay, 'typed')
  newcomer.text.insert(0, '!')
  await converged([...writers, newcomer])
  assert.ok(writers.every(({ closes }) => closes.length === 0), 'those who were in stayed')
})
