// Stock Hocuspocus providers against a real node.
import assert from 'node:assert/strict'
import * as nodeTest from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import * as Y from 'yjs'
import { joinClient, sameState, waitFor } from './clients.mjs'
import { allVersions, dropConnection, joinDocument, openDocument, openSocket, versions } from './hocuspocus.mjs'
import { randomFrom, seed } from './random.mjs'
import { startRelay } from './relay.mjs'
import { startGuardedRelay } from './tokens.mjs'

const { test } = nodeTest
const relay = await startRelay(nodeTest)

const sees = (member, id, name) =>
  waitFor(() => member.awareness.getStates().get(id)?.name === name, `the presence of "${name}"`)
const misses = (member, id) => waitFor(() => !member.awareness.getStates().has(id), `presence ${id} to disappear`)

for (const version of versions) {
  test(`version ${version}: what one writes the other sees, and both hear that it is in the log`, async (t) => {
    const [a, b] = await Promise.all([1, 2].map(() => joinDocument(t, relay, `pair ${version}`, { version })))
    assert.deepEqual(a.scopes, ['read-write'])
    await a.saved()
    a.text.insert(0, 'hello')
    assert.equal(a.hasUnsyncedChanges, true)
    await b.reads('hello')
    await a.saved()
    b.text.insert(5, ' world')
    await a.reads('hello world')
    await b.saved()
    assert.equal(a.provider.unsyncedChanges, 0)
  })

  test(`version ${version}: what was written offline arrives, and undo works after the return`, async (t) => {
    const [a, b] = await Promise.all([1, 2].map(() => joinDocument(t, relay, `offline ${version}`, { version })))
    const undo = new Y.UndoManager(a.text)
    a.text.insert(0, 'one ')
    undo.stopCapturing()
    await b.reads('one ')
    a.socket.disconnect()
    await waitFor(() => a.socket.status === 'disconnected', 'the end of the connection')
    a.text.insert(4, 'two ')
    undo.stopCapturing()
    b.text.insert(0, 'zero ')
    a.socket.connect()
    await b.reads('zero one two ')
    await a.reads('zero one two ')
    await a.saved()
    undo.undo()
    await b.reads('zero one ')
    undo.undo()
    await b.reads('zero ')
    undo.redo()
    await b.reads('zero one ')
    await a.saved()
  })

  test(`version ${version}: a connection that breaks is taken up again, with all its documents`, async (t) => {
    const socket = openSocket(t, relay, { version })
    const names = ['x', 'y', 'z'].map((name) => `breaks ${version} ${name}`)
    const members = await Promise.all(names.map((name) => joinDocument(t, relay, name, { socket })))
    for (let round = 0; round < 3; round++) {
      await dropConnection(socket)
      for (const member of members) member.text.insert(0, `${round}`)
      await Promise.all(members.map((member) => member.saved()))
    }
    const others = await Promise.all(names.map((name) => joinDocument(t, relay, name, { version })))
    assert.deepEqual(others.map((other) => other.text.toString()), ['210', '210', '210'])
  })

  test(`version ${version}: presence appears, changes, reaches newcomers and goes with its owner`, async (t) => {
    const name = `presence ${version}`
    const ann = await joinDocument(t, relay, name, { version })
    ann.awareness.setLocalState({ name: 'Ann' })
    const ben = await joinDocument(t, relay, name, { version })
    ben.awareness.setLocalState({ name: 'Ben' })
    await sees(ben, ann.doc.clientID, 'Ann')
    await sees(ann, ben.doc.clientID, 'Ben')
    ann.awareness.setLocalStateField('name', 'Anna')
    await sees(ben, ann.doc.clientID, 'Anna')
    const other = await joinClient(t, relay, name)
    await sees(other, ann.doc.clientID, 'Anna')
    const id = ann.doc.clientID
    ann.leave()
    await misses(ben, id)
    await misses(other, id)
  })

  test(`version ${version}: a forced sync ends as saved, again and again`, async (t) => {
    const member = await joinDocument(t, relay, `forced ${version}`, { version })
    member.text.insert(0, 'text')
    await member.saved()
    for (let round = 0; round < 5; round++) {
      member.provider.forceSync()
      assert.equal(member.hasUnsyncedChanges, true)
      if (round % 2 === 0) member.text.insert(0, 'more ')
      await member.saved()
    }
    assert.equal(member.provider.unsyncedChanges, 0)
  })

  test(`version ${version}: messages of applications reach everybody else`, async (t) => {
    const members = await Promise.all([1, 2, 3].map(() => joinDocument(t, relay, `stateless ${version}`, { version })))
    members[0].provider.sendStateless('hello')
    members[0].provider.sendStateless('ümläut \u{1F600}')
    for (const member of members.slice(1)) await waitFor(() => member.received.length === 2, 'two messages')
    assert.deepEqual(
      members.map(({ received }) => received),
      [[], ['hello', 'ümläut \u{1F600}'], ['hello', 'ümläut \u{1F600}']]
    )
  })

  test(`version ${version}: a document that is left frees its place and is found again on the socket`, async (t) => {
    const socket = openSocket(t, relay, { version })
    const stays = await joinDocument(t, relay, `stays ${version}`, { socket })
    const first = await joinDocument(t, relay, `leaves ${version}`, { socket })
    first.text.insert(0, 'left behind')
    first.leave()
    const second = await joinDocument(t, relay, `leaves ${version}`, { socket })
    await second.reads('left behind')
    stays.text.insert(0, 'here')
    await stays.saved()
    assert.deepEqual(stays.closes, [])
  })

  test(`version ${version}: garbage at one document does not hurt another`, async (t) => {
    const socket = openSocket(t, relay, { version })
    const good = await joinDocument(t, relay, `good ${version}`, { socket })
    const bad = await joinDocument(t, relay, `bad ${version}`, { socket })
    const neighbour = await joinDocument(t, relay, `bad ${version}`, { version })
    const { webSocket } = socket
    const address = Buffer.from(`bad ${version}`)
    webSocket.send(Buffer.concat([Buffer.from([address.length]), address, Buffer.from([0, 2, 3, 1, 1, 1])]))
    await waitFor(() => bad.closes.length === 1, 'the close of the document')
    assert.match(bad.closes[0], /not a valid Yjs update/)
    for (let i = 0; i < 2000; i++) bad.text.insert(0, 'x')
    good.text.insert(0, 'fine')
    await good.saved()
    neighbour.text.insert(0, 'fine too')
    await neighbour.saved()
    assert.equal(socket.webSocket, webSocket)

    // It comes back with the socket, and brings along what it wrote.
    await dropConnection(socket)
    await bad.saved()
    await neighbour.sees(() => neighbour.text.length === 2008, 'what the closed document wrote')
  })
}

test('both versions and y-websocket edit one document', async (t) => {
  t.diagnostic(`RELAY_TEST_SEED=${seed}`)
  const random = randomFrom(seed)
  const members = [
    await joinDocument(t, relay, 'all', { version: 3 }),
    await joinDocument(t, relay, 'all', { version: 4 }),
    await joinClient(t, relay, 'all')
  ]
  for (let i = 0; i < 300; i++) {
    const { doc } = members[i % 3]
    const text = doc.getText('text')
    if (text.length > 10 && random.integer(0, 2) === 0)
      text.delete(random.integer(0, text.length - 5), random.integer(1, 4))
    else text.insert(random.integer(0, text.length), random.text(random.integer(1, 8)))
    if (i % 20 === 0) await pause(1)
  }
  await waitFor(() => members.every(({ doc }) => sameState(doc, members[0].doc)), 'all to hold the same document')
  await members[0].saved()
  await members[1].saved()
})

test('a name is what /yjs makes of its path', async (t) => {
  const member = await joinDocument(t, relay, 'a b/ü?%20#')
  member.text.insert(0, 'same')
  const client = await joinClient(t, relay, encodeURIComponent('a b/ü?%20#'))
  await client.sees((doc) => doc.getText('text').toString() === 'same', 'the text')
  const answer = await fetch(`${relay.url}/api/documents/${encodeURIComponent('a b/ü?%20#')}`)
  assert.equal(answer.status, 200)
})

test('forty documents on one socket stay apart and are all saved', async (t) => {
  const [socket, otherSocket] = [openSocket(t, relay), openSocket(t, relay, { version: 3 })]
  const members = await Promise.all(
    Array.from({ length: 40 }, (_, i) => joinDocument(t, relay, `many ${i}`, { socket }))
  )
  const others = await Promise.all(
    Array.from({ length: 40 }, (_, i) => joinDocument(t, relay, `many ${i}`, { socket: otherSocket }))
  )
  for (let round = 0; round < 20; round++) {
    members.forEach((member, i) => member.text.insert(0, `${i},`))
    await pause(1)
  }
  await Promise.all(members.map((member) => member.saved()))
  await Promise.all(others.map((other, i) => other.reads(`${i},`.repeat(20))))
})

test('a large document on a socket delays its neighbours by no more than its turn, and arrives', async (t) => {
  const random = randomFrom(seed)
  const writer = await joinDocument(t, relay, 'large')
  writer.doc.transact(() => { for (let i = 0; i < 40; i++) writer.text.insert(0, random.text(100_000)) })
  await writer.saved()
  const socket = openSocket(t, relay)
  const [large, small] = [openDocument(t, socket, 'large'), openDocument(t, socket, 'small')]
  await Promise.all([large.synced(), small.synced()])
  small.text.insert(0, 'quick')
  await Promise.all([large.saved(), small.saved()])
  assert.ok(sameState(large.doc, writer.doc))
})

test('several tabs of one document share a socket by session awareness', async (t) => {
  const socket = openSocket(t, relay)
  const [a, b] = await Promise.all([1, 2].map(() => joinDocument(t, relay, 'tabs', { socket, sessionAwareness: true })))
  const plain = await joinDocument(t, relay, 'tabs')
  a.awareness.setLocalState({ name: 'A' })
  b.awareness.setLocalState({ name: 'B' })
  a.text.insert(0, 'a')
  await b.reads('a')
  b.text.insert(1, 'b')
  await plain.reads('ab')
  await sees(a, b.doc.clientID, 'B')
  await sees(b, a.doc.clientID, 'A')
  await sees(plain, a.doc.clientID, 'A')
  await Promise.all([a, b].map((member) => member.saved()))
  a.provider.sendStateless('to the other tab')
  await waitFor(() => b.received.length === 1 && plain.received.length === 1, 'the message')
  assert.deepEqual(a.received, [])
  const gone = a.doc.clientID
  a.leave()
  await misses(b, gone)
  b.text.insert(2, 'c')
  await plain.reads('abc')
  assert.deepEqual(b.closes, [])
})

test('changes that are sent in batches are counted right', async (t) => {
  const [a, b] = [await joinDocument(t, relay, 'batches', { flushDelay: 50 }), await joinDocument(t, relay, 'batches')]
  for (let i = 0; i < 100; i++) a.text.insert(i, 'x')
  assert.equal(a.hasUnsyncedChanges, true)
  await b.reads('x'.repeat(100))
  await a.saved()
})

test('a document without a name is denied and its socket stays', async (t) => {
  const socket = openSocket(t, relay)
  const member = await joinDocument(t, relay, 'named', { socket })
  const nameless = openDocument(t, socket, ' ')
  await waitFor(() => nameless.failures.length === 1, 'the refusal')
  assert.match(nameless.failures[0], /blank/)
  member.text.insert(0, 'still here')
  await member.saved()
  assert.equal(member.closes.length, 0)
})

for (const version of versions) {
  test(`version ${version}: a provider that hears nothing of anybody is kept by signs of life`, async (t) => {
    // A tenth of the time after which a provider gives a connection up: here 1.6 s instead of 3.
    const socket = openSocket(t, relay, { version, messageReconnectTimeout: 16_000 })
    const member = await joinDocument(t, relay, `silent ${version}`, { socket, awareness: null })
    const errors = []
    const note = (error) => errors.push(error)
    process.on('uncaughtException', note)
    const { webSocket } = socket
    await pause(20_000)
    process.off('uncaughtException', note)
    assert.equal(socket.webSocket, webSocket)
    assert.deepEqual(errors, [])
    assert.deepEqual(member.closes, [])
  })
}

test('everything is there after a restart of the node, and providers come back by themselves', async (t) => {
  const own = await startRelay(t)
  const socket = openSocket(t, own)
  const members = await Promise.all(['r1', 'r2'].map((name) => joinDocument(t, own, name, { socket })))
  members.forEach((member) => member.text.insert(0, 'before '))
  await Promise.all(members.map((member) => member.saved()))
  await own.stop()
  members.forEach((member) => member.text.insert(7, 'while away'))
  assert.ok(members.every(({ hasUnsyncedChanges }) => hasUnsyncedChanges))
  await own.start()
  await Promise.all(members.map((member) => member.saved()))
  await own.kill()
  await own.start()
  const reader = await joinClient(t, own, 'r2')
  await reader.sees((doc) => doc.getText('text').toString() === 'before while away', 'the text')
})

// React's strict mode, and a page that is left and opened again while the line is down: stock providers then send the
// close of the first one after the token of the second.
const replacements = {
  'before the socket was open': async (t, socket, open) => {
    open().leave()
    return open()
  },
  'twice, and writes at once': async (t, socket, open) => {
    open().leave()
    open().leave()
    const page = open()
    page.text.insert(0, 'early ')
    return page
  },
  'while it was open': async (t, socket, open) => {
    const first = open()
    await first.synced()
    first.leave()
    return open()
  },
  'while the line was down': async (t, socket, open) => {
    const first = open()
    await first.synced()
    socket.webSocket.terminate()
    first.leave()
    return open()
  }
}

for (const guarded of [false, true]) {
  test(`a provider that replaced another one is connected${guarded ? ', where tokens are asked' : ''}`, async (t) => {
    const { relay: node, token } = guarded ? await startGuardedRelay(t) : { relay, token: () => 'any' }
    const right = token('ada', { '*': 'write' })
    const all = Object.entries(replacements)
    const cases = allVersions.flatMap((version) => all.map(([when, replace]) => ({ version, when, replace })))
    await Promise.all(cases.map(async ({ version, when, replace }) => {
      const socket = openSocket(t, node, { version })
      const name = `replaced ${version} ${when} ${guarded}`
      const neighbour = openDocument(t, socket, `beside ${name}`, { token: right })
      const page = await replace(t, socket, () => openDocument(t, socket, name, { token: right }))
      await neighbour.synced()
      await page.synced()
      page.text.insert(page.text.length, 'hello')

      // Another client sees what it writes, and it sees what that one writes: it is in the document, not only told so.
      const other = await joinDocument(t, node, name, { version: 4, token: right })
      await other.sees(() => other.text.toString().endsWith('hello'), `what was written, ${name}`)
      other.text.insert(0, 'seen ')
      await page.sees(() => page.text.toString().startsWith('seen '), `what another one wrote, ${name}`)

      // Version 2 counts wrong by itself when it starts twice: it takes the second confirmation for one more.
      await waitFor(() => page.provider.synced && !page.hasUnsyncedChanges, `"${name}" to be saved`)
      neighbour.text.insert(0, 'still here')
      await neighbour.saved()

      // Before the node stops: version 3, destroyed while it waits for its next try, tries for ever.
      socket.destroy()
      other.socket.destroy()
    }))
  })
}

test('a good token after a denial leads to a synced document, with all that was written meanwhile', async (t) => {
  const { relay: node, token } = await startGuardedRelay(t)
  for (const version of versions) {
    const name = `second token ${version}`
    const owner = await joinDocument(t, node, name, { token: token('ada', { '*': 'write' }) })
    owner.text.insert(0, 'owner ')
    await owner.saved()
    let current = token('bob', { other: 'write' })
    const member = openDocument(t, openSocket(t, node, { version }), name, { token: () => current })
    await waitFor(() => member.failures.length === 1, 'the denial')
    for (const letter of 'bob') member.text.insert(0, letter)
    assert.equal(member.provider.synced, false)
    current = token('bob', { '*': 'write' })
    await member.provider.sendToken()
    await member.saved()
    assert.equal(member.provider.unsyncedChanges, 0)
    await waitFor(() => sameState(member.doc, owner.doc), 'both to hold the same')
    member.text.insert(0, 'x')
    assert.equal(member.hasUnsyncedChanges, true)
    await member.saved()
    owner.socket.destroy()
    member.socket.destroy()
  }
})

test('version 2 needs no token where none is asked, and is told where one is', async (t) => {
  const member = await joinDocument(t, relay, 'without a token', { version: 2, token: null })
  member.text.insert(0, 'hello')
  await member.saved()
  assert.deepEqual(member.scopes, ['read-write'])
  const { relay: node } = await startGuardedRelay(t)
  const stranger = openDocument(t, openSocket(t, node, { version: 2 }), 'without a token', { token: null })
  await waitFor(() => stranger.failures.length === 1, 'the denial')
  assert.equal(stranger.provider.synced, false)
})

for (const version of allVersions) {
  test(`version ${version}: a name that is too long or blank is denied with its reason`, async (t) => {
    const socket = openSocket(t, relay, { version })
    const neighbour = await joinDocument(t, relay, `beside the nameless ${version}`, { socket })
    const names = [['n'.repeat(1200), /1024 bytes/], ['n'.repeat(5000), /1024 bytes/], ['  ', /blank/]]
    for (const [name, reason] of names) {
      const member = openDocument(t, socket, name)
      await waitFor(() => member.failures.length > 0, 'the denial')
      assert.match(member.failures[0], reason)
    }
    neighbour.text.insert(0, 'still here')
    await neighbour.saved()
  })
}

test('a message that is too large closes its document alone, and is not sent again in a loop', async (t) => {
  const node = await startRelay(t, { settings: { 'Limits:MaxMessageBytes': 100_000 } })
  for (const version of versions) {
    const socket = openSocket(t, node, { version })
    const large = openDocument(t, socket, `large ${version}`)
    const neighbour = openDocument(t, socket, `beside large ${version}`)
    await Promise.all([large.saved(), neighbour.saved()])
    const { webSocket } = socket
    let sent = 0
    const send = webSocket.send.bind(webSocket)
    webSocket.send = (data, ...rest) => {
      sent += data.length
      return send(data, ...rest)
    }
    large.text.insert(0, 'x'.repeat(150_000))
    await waitFor(() => large.closes.length > 0, 'the close')
    assert.match(large.closes[0], /Limits:MaxMessageBytes/)
    assert.equal(large.provider.synced, false)
    for (let i = 0; i < 20; i++) {
      neighbour.text.insert(0, 'still here ')
      await neighbour.saved()
    }
    assert.equal(socket.webSocket, webSocket)
    assert.ok(sent < 200_000, `${sent} bytes were sent for a message of 150,000`)

    // Smaller pieces are taken once the document is opened again.
    await dropConnection(socket)
    await neighbour.saved()
    socket.destroy()
  }
})

test('a stateless message of a megabyte arrives, and a larger one closes nothing', async (t) => {
  const a = await joinDocument(t, relay, 'large messages', { version: 3 })
  const b = await joinDocument(t, relay, 'large messages')
  a.provider.sendStateless('x'.repeat(2 << 20))
  a.provider.sendStateless('y'.repeat(1 << 20))
  await waitFor(() => b.received.length === 1, 'the message')
  assert.equal(b.received[0].length, 1 << 20)
  a.text.insert(0, 'still here')
  await a.saved()
  assert.deepEqual(a.closes, [])
})
