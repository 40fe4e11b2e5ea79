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
  // What a client says first has clock 0, which stock clients ignore; what it says next has clock 1.
  presence: '0106010100027b7d',
  presence1: '0106010101027b7d',
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
  raw.send(bytes(golden.presence1))
  await witness.takeHex(golden.presence1, 'the presence at another client')
  const asker = await openRaw(t, relay, 'golden')
  await asker.takeHex(golden.presence1, 'the presence at a newcomer')
  asker.send(queryAwareness)
  await asker.takeHex(golden.presence1, 'the answer to the query')
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
  raw.send(bytes(golden.step1 + golden.presence1 + golden.step2 + golden.update + '03'))
  await raw.takeHex(golden.step2)
  await raw.takeHex(golden.update)
  await raw.takeHex(golden.presence1)
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
    if (entry.isFile() && (await readFile(path.join(entry.parentPath ?? entry.path, entry.name))).includes(token))
      return true
  }
  return false
}

test('an update that says nothing new is acknowledged and not sent on', async (t) => {
  const [writer, witness] = [await openRaw(t, relay, 'twice'), await openRaw(t, relay, 'twice')]
  await witness.handshake()
  writer.send(bytes(golden.update))
  await writer.takeHex(golden.update)
  await witness.takeHex(golden.update)
  writer.send(bytes(golden.update), bytes('00020b0101020004010174016200'))
  await writer.takeHex('00020b0101020004010174016200', 'the echo of what came after')
  await witness.takeHex('00020b0101020004010174016200', 'what came after')
  assert.equal(witness.frames.some((data) => hex(data) === golden.update), false)
})

test('a client that offers a subprotocol gets it back', async (t) => {
  const raw = await openRaw(t, relay, 'subprotocol', { protocols: ['yjs', 'other'] })
  assert.equal(raw.socket.protocol, 'yjs')
  const client = await joinClient(t, relay, 'subprotocol', { protocols: ['other'] })
  assert.equal(client.provider.ws.protocol, 'other')
})

const malformed = {
  'a length beyond its end': [4400, '0002 0f 0101'],
  'an unknown sync message': [4400, '0009 00'],
  'an empty frame': [4400, ''],
  'half a varUint': [4400, '80'],
  'an integer beyond 2^53': [4400, '00 00 ffffffffffffffffff01'],
  'a good message and then a bad one': [4400, golden.step1 + '0009 00'],
  'a state vector that claims too much': [4400, '0000 02 ff01'],
  'an update that ends early': [4422, '0002 05 0101010004'],
  'an update with bytes left over': [4422, '0002 03 000000'],
  'an update that claims a billion structs': [4422, '0002 06 01 80a8d6b907'],
  'an update whose text is no UTF-8': [4422, '0002 0b 010101000401017401ff00'],
  'an update with a struct that refers to itself': [4422, '0002 0a 0101010084 0100 0178 00']
}

for (const [what, [expected, text]] of Object.entries(malformed)) {
  test(`${what} ends that connection with ${expected}, and nobody else notices`, async (t) => {
    const name = encodeURIComponent(`bad: ${what}`)
    const innocent = await joinClient(t, relay, name)
    innocent.text.insert(0, 'before. ')
    const bad = await openRaw(t, relay, name)
    await bad.handshake()
    bad.send(bytes(text))
    const { code, reason } = await bad.close()
    assert.equal(code, expected)
    assert.match(reason, /^[A-Z].*\.$/, 'the reason is a sentence')
    innocent.text.insert(0, 'after. ')
    const late = await joinClient(t, relay, name)
    await late.sees((doc) => doc.getText('text').toString() === 'after. before. ', 'the innocent text')
    assert.deepEqual(innocent.closes, [])
    assert.equal(innocent.provider.wsconnected, true)
  })
}

test('a text frame ends that connection with 4415, and nobody else notices', async (t) => {
  const innocent = await joinClient(t, relay, 'text frame')
  const bad = await openRaw(t, relay, encodeURIComponent('text frame'))
  bad.socket.send('hello')
  assert.equal((await bad.close()).code, 4415)
  assert.deepEqual(innocent.closes, [])
})

test('a frame with a bad message changes nothing, not even by its good ones', async (t) => {
  const bad = await openRaw(t, relay, 'half bad')
  bad.send(bytes(golden.update + '0009 00'))
  assert.equal((await bad.close()).code, 4400)
  const client = await joinClient(t, relay, 'half bad')
  assert.equal(client.doc.getText('t').toString(), '')
})

test('presence that does not read is dropped, and the connection goes on', async (t) => {
  const raw = await openRaw(t, relay, 'unreadable presence')
  const noJson = '01 05 01 01 01 01 7b'
  const billionEntries = '01 05 80a8d6b907'
  const clockBeyond = '01 0d 01 01 8080808080808010 02 7b7d'
  raw.send(bytes(golden.step1), bytes(noJson), bytes(billionEntries), bytes(clockBeyond + golden.update))
  await raw.takeHex(golden.step2)
  await raw.takeHex(golden.update)
})

test('a message of a type that is not known yet is passed over, and the connection goes on', async (t) => {
  const raw = await openRaw(t, relay, 'unknown type')
  raw.send(bytes(golden.step1), bytes('63 01 02 03'), bytes(golden.update + '63'))
  await raw.takeHex(golden.step2)
  await raw.takeHex(golden.update)
})

test('a stock client stops coming back after a bad frame of its own', async (t) => {
  const client = await joinClient(t, relay, 'gives up')
  const gone = new Promise((resolve) => client.provider.once('closed', resolve))
  client.provider.ws.send(bytes('0009 00'))
  const { code } = await gone
  assert.equal(code, 4400)
  assert.equal(client.provider.shouldConnect, false)
})

test('what the echo says is exactly what was written', async (t) => {
  const [writer, reader] = [await joinClient(t, relay, 'same'), openClient(t, relay, 'same')]
  writer.doc.getMap('map').set('key', { deep: ['value', 1, null] })
  writer.text.insert(0, 'text \u{1F600}')
  writer.text.format(0, 4, { bold: true })
  await reader.sees(
    (doc) => doc.getText('text').length === 7 && saysAll(doc, Y.encodeStateAsUpdate(writer.doc)),
    'everything that was written'
  )
})
