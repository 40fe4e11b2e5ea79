// A document of 20 MB on a line of 1 Mbit/s. Stock providers give up a connection on which no message came for 30 s and
// begin again, for ever if one message takes longer than that. The clock of these tests goes on as the line delivers;
// with `RELAY_TEST_SLOW=1` both are real, and this takes six minutes.
import assert from 'node:assert/strict'
import * as nodeTest from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Line } from './line.mjs'
import { startRelay } from './relay.mjs'
import { inTime } from './wait.mjs'

const { test, mock } = nodeTest
const isReal = Boolean(process.env.RELAY_TEST_SLOW)
const documentBytes = 20_000_000
const bytesPerSecond = 1_000_000 / 8
const needed = documentBytes / bytesPerSecond

const relay = await startRelay(nodeTest)
const inOnePiece = await startRelay(nodeTest, { settings: { 'Limits:MaxSyncMessageBytes': 32 << 20 } })

// Before the providers are loaded, because they keep the clock that they find then.
if (!isReal) mock.timers.enable({ apis: ['setInterval', 'Date'], now: Date.now() })
const { openClient, sameState, Y } = await import('./clients.mjs')
const { openDocument, openSocket } = await import('./hocuspocus.mjs')

/** Whether the client still has to read something that the line gave it. */
let isBehind = () => false

const wait = async (milliseconds) => {
  if (isReal) return await pause(milliseconds)
  // The client first reads what was written before.
  for (let turn = 0; turn < 3 || (turn < 10_000 && isBehind()); turn++) await new Promise(setImmediate)
  mock.timers.tick(Math.ceil(milliseconds))
}

/** Pages of two authors, each half of them and among those of the other. */
const write = () => {
  const doc = new Y.Doc()
  const pages = doc.getXmlFragment('pages')
  const count = 1000
  const text = 'Some words of a long page. '.repeat(documentBytes / count).slice(0, documentBytes / count / 2)
  const updates = [1, 2].map((author) => {
    doc.clientID = author
    const before = Y.encodeStateVector(doc)
    doc.transact(() => {
      for (let page = 0; page < count; page++) {
        const paragraph = new Y.XmlElement('paragraph')
        paragraph.insert(0, [new Y.XmlText(text)])
        pages.insert(page * 7919 % (pages.length + 1), [paragraph])
      }
    })
    return Y.encodeStateAsUpdate(doc, before)
  })
  return { doc, updates }
}

const written = write()

const store = async (relay, name) => {
  const headers = { 'content-type': 'application/octet-stream' }
  for (const body of written.updates) {
    const { status } = await fetch(`${relay.url}/api/documents/${name}/updates`, { method: 'POST', headers, body })
    assert.equal(status, 204)
  }
}

/** The TCP socket of a provider, if it has one now. */
const socketOf = (provider) => (provider.ws ?? provider.configuration?.websocketProvider.webSocket)?._socket

/** A node as it looks from the end of a slow line. */
const slowly = async (t, relay) => {
  const line = await Line.to(relay)
  t.after(() => line.takeDown())
  line.slowDown(bytesPerSecond, wait)
  const ws = line.url.replace('http', 'ws')
  return { line, ws, yjs: `${ws}/yjs` }
}

const providers = {
  'y-websocket 3.1': (t, far, name) => openClient(t, far, name),
  'Hocuspocus 4': (t, far, name) => openDocument(t, openSocket(t, far), name)
}

for (const [provider, open] of Object.entries(providers)) {
  const name = provider.replaceAll(/\W/g, '')

  test(`a document of 20 MB on a line of 1 Mbit/s opens in ${provider} in the time that the line needs`, async (t) => {
    await store(relay, name)
    const far = await slowly(t, relay)
    const start = Date.now()
    const reader = open(t, far, name)
    isBehind = () => socketOf(reader.provider)?.bytesRead < far.line.passed
    t.after(() => { isBehind = () => false })
    const synced = new Promise((resolve) => reader.provider.on('synced', resolve))
    await inTime(synced, 'the sync', (isReal ? 2 * needed : 60) * 1000)
    t.diagnostic(`synced after ${(Date.now() - start) / 1000} s; the line needs ${needed} s for the text alone`)
    assert.ok(sameState(reader.doc, written.doc), 'it is said to be synced, and something is still missing')
    assert.equal(far.line.connections, 1, 'the provider has given up')
    assert.ok(far.line.answered < 1.02 * documentBytes, `${far.line.answered} bytes were sent`)
  })

  const skip = isReal && 'shows what the clock of the tests is worth'
  test(`${provider} gives up on that line where the document comes in one message`, { skip }, async (t) => {
    await store(inOnePiece, name)
    const reader = open(t, await slowly(t, inOnePiece), name)
    const lost = new Promise((resolve) => {
      reader.provider.on('status', ({ status }) => { if (status === 'disconnected') resolve() })
    })
    await inTime(lost, 'the end of the connection')
    assert.equal(reader.provider.synced, false)
  })
}
