// These tests watch what a quiet connection does for longer than clients wait. They take their time beside the other
// files.
import assert from 'node:assert/strict'
import * as nodeTest from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { WebsocketProvider as OldProvider } from 'y-websocket-2'
import { joinClient } from './clients.mjs'
import { startRelay } from './relay.mjs'
import { openRaw } from './wire.mjs'

const { describe, test } = nodeTest
const relay = await startRelay(nodeTest)

// Clients look every 3 s whether 30 s have passed.
const longEnough = 36_000

describe('in an idle room', { concurrency: true }, () => {
  for (const [version, Provider] of [['2.1.0', OldProvider], ['3.1.0', undefined]]) {
    test(`a silent client of y-websocket ${version} stays connected for more than 30 s`, async (t) => {
      const client = await joinClient(t, relay, `idle ${version}`, Provider && { Provider })
      client.awareness.setLocalState(null)
      const { ws } = client.provider
      await pause(longEnough)
      assert.deepEqual(client.closes, [])
      assert.equal(client.provider.ws, ws, 'it is the same connection')
      assert.equal(client.provider.wsconnected, true)
      client.text.insert(0, 'still here')
      const other = await joinClient(t, relay, `idle ${version}`)
      await other.sees((doc) => doc.getText('text').toString() === 'still here', 'the text')
    })
  }

  test('a quiet connection gets a small data frame about every 15 s, which changes nothing', async (t) => {
    const raw = await openRaw(t, relay, 'idle raw')
    await raw.handshake()
    const arrivals = []
    let largest = 0
    raw.onMessage = (_, data) => {
      arrivals.push(performance.now())
      largest = Math.max(largest, data.length)
    }
    const start = performance.now()
    await pause(longEnough)
    const gaps = [start, ...arrivals, performance.now()]
      .slice(1)
      .map((at, index, all) => at - (index === 0 ? start : all[index - 1]))
    assert.ok(Math.max(...gaps) < 20_000, `it was quiet for ${Math.max(...gaps)} ms`)
    assert.ok(arrivals.length <= 6, `${arrivals.length} frames came`)
    assert.ok(largest <= 16, `a frame has ${largest} bytes`)
  })

  test(
    'a connection that does not answer pings is dropped within a minute, and its presence with it',
    { skip: process.env.RELAY_TEST_SLOW ? false : 'takes a minute; RELAY_TEST_SLOW=1 runs it' },
    async (t) => {
      const raw = await openRaw(t, relay, 'no pong', { autoPong: false })
      await raw.handshake()
      const timeout = pause(80_000, 'late', { ref: false })
      assert.notEqual(await Promise.race([raw.closed, timeout]), 'late')
    }
  )
})
