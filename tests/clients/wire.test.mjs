import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import * as nodeTest from 'node:test'
import * as Y from 'yjs'
import { joinClient, openClient, saysAll } from './clients.mjs'
import { startRelay } from './relay.mjs'
import { awareness, bytes, hex, openRaw, presence, queryAwareness, syncStep1, syncStep2, update } from './wire.mjs'

const { test } = nodeTest
const relay = await startRelay(nodeTest)

const golden = {
  step1: '00000100',
  step2: '0001020000',
  presence: '0106010100027b7d',
  update: '00020b0101010004010174016100',
  removal: '0108010101046e756c6c'
}

test('the recorded exchange of the stock client is answered byte for byte', async (t) => {
  const witness = await openRaw(t, relay, 'golden')
  await witness.handshake()
  const raw = await openRaw(t, relay, 'golden')
  raw.send(bytes(golden.step1), bytes(golden.presence))
  await raw.takeHex(golden.step1, 'SyncStep1 of the node')
  raw.send(bytes(golden.step2))
  await raw.takeHex(golden.step2, 'SyncStep2 of the node')
  raw.send(bytes(golden.update))
  await raw.takeHex(golden.update, 'the echo of the own update')
  await witness.takeHex(golden.update, 'the update at another client')
  await witness.takeHex(golden.presence, 'the presence at another client')
  raw.send(queryAwareness)
  await raw.takeHex(golden.presence, 'the answer to the query')
  raw.send(awareness(presence(1, 1, null)))
  await witness.takeHex(golden.removal, 'the removed presence')
})

test('the node asks for what a client has exactly once for each connection', async (t) => {
  const raw = await openRaw(t, relay, 'asks once')
  raw.send(syncStep1(Uint8Array.of(0)))
  await raw.takeHex(golden.step2)
  raw.send(syncStep2(bytes('0000')), queryAwareness, syncStep1(Uint8Array.of(0)))
  await raw.takeHex(golden.step2)
  assert.equal(raw.frames.filter((data) => hex(data) === golden.step1).length, 1)
})

test('the presence of a connection that ends without a word is taken back with the recorded bytes', async (t) => {
  const witness = await openRaw(t, relay, 'ends')
  await witness.handshake()
  const raw = await openRaw(t, relay, 'ends')
  raw.send(awareness(presence(1, 1, { name: 'Ann' })))
  await witness.take((message) => message.kind === 'awareness', 'the presence')
  raw.socket.terminate()
  await witness.takeHex(golden.removal, 'the removed presence')
})

test('several messages in one frame are all read', async (t) => {
  const raw = await openRaw(t, relay, 'packed')
  raw.send(bytes(golden.step1 + golden.presence + golden.step2 + golden.update + '03'))
  await raw.takeHex(golden.step2)
  await raw.takeHex(golden.update)
  await raw.takeHex(golden.presence)
})

test('an update is in a file before its writer or anybody else sees it', async (t) => {
  const [writer, witness] = [await openRaw(t, relay, 'logged first'), await openRaw(t, relay, 'logged first')]
  const doc = new Y.Doc()
  t.after(() => doc.destroy())
  for (let round = 0; round < 20; round++) {
    const token = `written-down-${round}-${doc.clientID}`
    let change
    doc.once('update', (data) => { change = data })
    doc.getArray('tokens').push([token])
    const says = (message) => message.kind === 'update' && Buffer.from(message.payload).includes(token)
    writer.send(update(change))
    await Promise.race([writer.take(says, 'the echo'), witness.take(says, 'the update')])
    assert.ok(await isStored(relay.dataDir, token), `"${token}" was seen but is in no file`)
  }
})

const isStored = async (directory, token) => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  for (const entry of entries) {
    if (entry.isFile() && (await readFile(path.join(entry.parentPath ?? entry.path, entry.name))).includes(token)) return true
  }
  return false
}

test('an update that says nothing new is confirmed and not sent on', async (t) => {
  const [writer, witness] = [await openRaw(t, relay, 'twice'), await openRaw(t, relay, 'twice')]
  await witness.handshake()
  writer.send(bytes(golden.update))
  await writer.takeHex(golden.update)
  await witness.takeHex(golden.update)
  writer.send(bytes(golden.update), bytes('00020b0102020004010174016200'))
  await writer.takeHex('00020b0102020004010174016200', 'the echo of what came after')
  await witness.takeHex('00020b0102020004010174016200', 'what came after')
  assert.equal(witness.frames.some((data) => hex(data) === golden.update), false)
})

test('a client that offers a subprotocol gets it back', async (t) => {
  const raw = await openRaw(t, relay, 'subprotocol', { protocols: ['yjs', 'other'] })
  assert.equal(raw.socket.protocol, 'yjs')
  const client = await joinClient(t, relay, 'subprotocol', { protocols: ['other'] })
  assert.equal(client.provider.ws.protocol, 'other')
})

const malformed = {
  'a length beyond its end': '0002 0f 0101',
  'an unknown message type': '63',
  'an unknown sync message': '0009 00',
  'an empty frame': '',
  'half a varUint': '80',
  'an integer beyond 2^53': '00 00 ffffffffffffffffff01',
  'an update that ends early': '0002 05 0101010004',
  'an update with bytes left over': '0002 03 000000',
  'an update that claims a billion structs': '0002 06 01 80a8d6b907',
  'an update whose text is no UTF-8': '0002 0b 0101010004010174 01ff00',
  'a state vector that claims too much': '0000 02 ff01',
  'presence that is no JSON': '01 05 01 01 01 01 7b',
  'bytes after a complete message': '0000010063'
}

for (const [what, text] of Object.entries(malformed)) {
  test(`${what} ends that connection with 4400, and nobody else notices`, async (t) => {
    const name = encodeURIComponent(`bad: ${what}`)
    const innocent = await joinClient(t, relay, name)
    innocent.text.insert(0, 'before. ')
    const bad = await openRaw(t, relay, name)
    await bad.handshake()
    bad.send(bytes(text))
    const { code, reason } = await bad.close()
    assert.equal(code, 4400)
    assert.match(reason, /^[A-Z].*\.$/, 'the reason is a sentence')
    innocent.text.insert(0, 'after. ')
    const late = await joinClient(t, relay, name)
    await late.sees((doc) => doc.getText('text').toString() === 'after. before. ', 'the innocent text')
    assert.deepEqual(innocent.closes, [])
    assert.equal(innocent.provider.wsconnected, true)
  })
}

test('a text frame ends that connection and nobody else\'s', async (t) => {
  const innocent = await joinClient(t, relay, 'text frame')
  const bad = await openRaw(t, relay, encodeURIComponent('text frame'))
  bad.socket.send('hello')
  const { code } = await bad.close()
  assert.ok(code === 1003 || code === 4400, `it was closed with ${code}`)
  assert.deepEqual(innocent.closes, [])
})

test('what stood before the bad message of a frame is kept, what came after it is not', async (t) => {
  const bad = await openRaw(t, relay, 'half bad')
  bad.send(bytes(golden.update + '63' + '00020b0102020004010174016200'))
  await bad.close()
  const client = await joinClient(t, relay, 'half bad')
  assert.equal(client.doc.getText('t').toString().includes('b'), false)
})

test('a stock client stops coming back after a bad frame of its own', async (t) => {
  const client = await joinClient(t, relay, 'gives up')
  const gone = new Promise((resolve) => client.provider.once('closed', resolve))
  client.provider.ws.send(bytes('63'))
  const { code } = await gone
  assert.equal(code, 4400)
  assert.equal(client.provider.shouldConnect, false)
})

test('what the echo says is exactly what was written', async (t) => {
  const [writer, reader] = [await joinClient(t, relay, 'same'), openClient(t, relay, 'same')]
  writer.doc.getMap('map').set('key', { deep: ['value', 1, null] })
  writer.text.insert(0, 'text \u{1F600}')
  writer.text.format(0, 4, { bold: true })
  await reader.sees((doc) => doc.getText('text').length === 7 && saysAll(doc, Y.encodeStateAsUpdate(writer.doc)), 'everything that was written')
})
