// What stock Hocuspocus providers are refused, and how they go on.
import assert from 'node:assert/strict'
import * as nodeTest from 'node:test'
import { sameState, waitFor } from './clients.mjs'
import { allVersions, dropConnection, joinDocument, openDocument, openSocket, versions } from './hocuspocus.mjs'
import { startRelay } from './relay.mjs'
import { startGuardedRelay } from './tokens.mjs'

const { test } = nodeTest
const relay = await startRelay(nodeTest)

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
