// Who may come in, with stock clients and a real node.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import * as nodeTest from 'node:test'
import { promisify } from 'node:util'
import WebSocket from 'ws'
import { WebsocketProvider as OldProvider } from 'y-websocket-2'
import { inTime, joinClient, openClient, waitFor, Y } from './clients.mjs'
import { joinDocument, openDocument, openSocket, versions } from './hocuspocus.mjs'
import { command } from './relay.mjs'
import { seconds, sign, startGuardedRelay } from './tokens.mjs'

const { test } = nodeTest

/** Asks for a WebSocket and tells how it was refused. */
const refusal = (relay, path, headers = {}) => inTime(new Promise((resolve, reject) => {
  const socket = new WebSocket(`${relay.yjs}/${path}`, { headers })
  socket.on('unexpected-response', async (_, answer) => {
    let text = ''
    for await (const piece of answer) text += piece
    resolve({ status: answer.statusCode, detail: JSON.parse(text).detail, headers: answer.headers })
  })
  socket.on('open', () => reject(new Error('It was opened.')))
  socket.on('error', () => {})
}), 'a refusal')

const text = (client) => client.text.toString()

test('a writer writes, a reader reads, and what a reader writes reaches nobody', async (t) => {
  const { relay, token } = await startGuardedRelay(t)
  const ada = await joinClient(t, relay, 'plan', { params: { token: token('ada', { plan: 'write' }) } })
  const bob = await joinClient(t, relay, 'plan', { params: { token: token('bob', { 'pl*': 'read' }) } })
  ada.text.insert(0, 'from Ada')
  await bob.sees(() => text(bob) === 'from Ada', 'the edit')
  bob.text.insert(0, 'from Bob, ')
  bob.awareness.setLocalStateField('cursor', 7)
  await waitFor(() => ada.awareness.getStates().get(bob.doc.clientID)?.cursor === 7, 'the cursor of a reader')
  ada.text.insert(0, 'more ')
  await bob.sees(() => text(bob).includes('more '), 'the next edit')
  const late = await joinClient(t, relay, 'plan', { params: { token: token('carl', { '*': 'read' }) } })
  assert.equal(text(late), 'more from Ada')
  assert.equal(text(ada), 'more from Ada')
  assert.deepEqual(bob.closes, [], 'a reader that writes is not sent away')
})

test('a refused client is told why before the WebSocket is opened', async (t) => {
  const { relay, token, secret } = await startGuardedRelay(t)
  const another = 'another secret that is just as long as it must be'
  const expectations = [
    ['plan', 401, 'A token is needed.'],
    ['plan?token=', 401, 'A token is needed.'],
    ['plan?token=nonsense', 401, 'The token is not a signed JWT.'],
    [
      `plan?token=${sign(another, { exp: seconds(60), documents: { '*': 'write' } })}`,
      401,
      "The token's signature is not valid."
    ],
    [`plan?token=${token('ada', { plan: 'write' }, { exp: seconds(-40) })}`, 401, 'The token has ended.'],
    [`plan?token=${token('ada', { plan: 'write' }, { nbf: seconds(300) })}`, 401, 'The token is not valid yet.'],
    [
      `plan?token=${sign(secret, { documents: { '*': 'write' } })}`,
      401,
      'The token needs a claim exp, a number of seconds since 1970.'
    ],
    [
      `plan?token=${token('ada', { plan: 'everything' })}`,
      401,
      'The token\'s claim documents must be an object from names, or prefixes that end in *, to "read" or "write".'
    ],
    [
      `plan?token=${token('ada', { plans: 'write', 'plan/*': 'write' })}`,
      403,
      'The token does not allow to read this document.'
    ],
    [`plan?token=${token('ada', {}, { admin: true })}`, 403, 'The token does not allow to read this document.']
  ]
  for (const [path, status, sentence] of expectations) {
    const refused = await refusal(relay, path)
    assert.deepEqual([refused.status, refused.detail], [status, sentence], path.slice(0, 20))
    const plain = await fetch(`${relay.url}/yjs/${path}`)
    assert.deepEqual(
      [plain.status, (await plain.json()).detail],
      [status, sentence],
      'a plain request is answered alike'
    )
  }
  assert.equal((await refusal(relay, 'plan')).headers['www-authenticate'], 'Bearer')
})

test('an application can find out in a browser why its stock client does not get in', async (t) => {
  const { relay, token } = await startGuardedRelay(t)
  const client = openClient(t, relay, 'plan', { params: { token: 'stale' } })
  await new Promise((resolve) => { client.provider.once('connection-error', resolve) })
  const answer = await fetch(client.provider.url.replace(/^ws/, 'http'), { headers: { Origin: 'https://app.example' } })
  assert.equal(answer.headers.get('access-control-allow-origin'), '*')
  assert.equal(answer.status, 401)
  client.provider.params.token = token('ada', { plan: 'write' })
  await client.synced()
})

test('a connection ends with its token, and a client that has a new one by then comes back with it', async (t) => {
  const { relay, token } = await startGuardedRelay(t)
  for (const Provider of [undefined, OldProvider]) {
    let client
    // With the half minute that clocks may differ by, so many seconds are left: more where they are over too soon.
    for (let left = 2, isRefused = true; isRefused; left *= 2) {
      assert.ok(left < 30, 'no token opened the document')
      const params = { token: token('ada', { plan: 'write' }, { exp: seconds(left - 30) }) }
      client = openClient(t, relay, 'plan', { params, ...(Provider && { Provider }) })
      const refused = new Promise((resolve) => { client.provider.once('connection-error', () => resolve(true)) })
      isRefused = await Promise.race([client.synced(), refused]) ?? false
      if (isRefused) client.leave()
    }
    client.provider.params.token = token('ada', { plan: 'write' })
    await waitFor(() => client.closes.length > 0, 'the end of the token')
    assert.equal(client.closes[0], 4501)
    await waitFor(() => client.provider.synced, 'its return')
    const before = text(client).length
    client.text.insert(0, 'back')
    const other = await joinClient(t, relay, 'plan', { params: { token: token('bob', { plan: 'read' }) } })
    await other.sees(() => text(other).length === before + 4, 'the edit after the return')
  }
})

test('secrets can be exchanged without an outage', async (t) => {
  const next = 'the secret that comes next, of 32 bytes and more'
  const { relay, token } = await startGuardedRelay(t, { settings: { 'Auth:Jwt:SecondSecret': next } })
  await joinClient(t, relay, 'plan', { params: { token: token('ada', { plan: 'write' }) } })
  await joinClient(t, relay, 'plan', {
    params: { token: sign(next, { exp: seconds(60), documents: { plan: 'write' } }) }
  })
})

test('pages of origins that are not allowed are refused', async (t) => {
  const { relay, token } = await startGuardedRelay(t, { settings: { 'Auth:AllowedOrigins': 'https://app.example' } })
  const path = `plan?token=${token('ada', { plan: 'write' })}`
  assert.equal((await refusal(relay, path, { Origin: 'https://evil.example' })).status, 403)
  assert.equal(
    (await fetch(`${relay.url}/yjs/${path}`, { headers: { Origin: 'https://evil.example' } })).headers.get(
      'access-control-allow-origin'
    ),
    null
  )
  await joinClient(t, relay, 'plan', { params: { token: token('ada', { plan: 'write' }) } })
})

test('an address that connects too often is told when to come again, and gets in then', async (t) => {
  const { relay, token } = await startGuardedRelay(t, { settings: { 'Limits:ConnectionsPerMinute': 60 } })
  const params = { token: token('ada', { plan: 'write' }) }
  let refused
  for (let i = 0; i < 80 && refused === undefined; i++) {
    const answer = await fetch(`${relay.url}/yjs/plan`)
    await answer.arrayBuffer()
    if (answer.status === 429) refused = answer
  }
  assert.match(refused.headers.get('retry-after'), /^\d+$/)
  assert.equal((await fetch(`${relay.url}/health/ready`)).status, 200)
  const client = openClient(t, relay, 'plan', { params })
  await client.synced()
})

test('an administrator sends a user away for good, and a document\'s users to come back', async (t) => {
  const { relay, token } = await startGuardedRelay(t)
  const ada = await joinClient(t, relay, 'plan', { params: { token: token('ada', { plan: 'write' }) } })
  const bob = await joinClient(t, relay, 'plan', { params: { token: token('bob', { plan: 'write' }) } })
  const kick = async (order, claims = { admin: true }) => {
    const answer = await fetch(`${relay.url}/api/admin/kick`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token('root', {}, claims)}` },
      body: JSON.stringify(order)
    })
    return answer.status === 200 ? await answer.json() : answer.status
  }
  assert.equal(await kick({ user: 'ada' }, { admin: false }), 403)
  assert.deepEqual(await kick({ user: 'ada' }), { connections: 1, nodes: 1, silentNodes: 0 })
  await waitFor(() => ada.closes.includes(4403), 'the close')
  assert.equal(ada.provider.shouldConnect, false, 'a stock client does not come back')
  assert.deepEqual(await kick({ document: 'plan', comeBack: true }), { connections: 1, nodes: 1, silentNodes: 0 })
  await waitFor(() => bob.closes.includes(4502) && bob.provider.synced, 'the return')
})

// Providers of version 3 go on looking for a node that is gone, so it goes last.
const stamping = await startGuardedRelay(nodeTest, { settings: { 'Auth:StampAwareness': true } })

for (const version of versions) {
  test(`Hocuspocus providers (version ${version}) are held to their tokens in the same way`, async (t) => {
    const { relay, token } = stamping
    const [planned, noted] = [`plan ${version}`, `notes ${version}`]
    const socket = openSocket(t, relay, { version })
    const plan = await joinDocument(t, relay, planned, {
      socket,
      token: token('ada', { [planned]: 'write' }, { name: 'Ada' })
    })
    const notes = await joinDocument(t, relay, noted, { socket, token: token('ada', { [noted]: 'read' }) })
    const other = openDocument(t, socket, 'other', { token: token('ada', { [planned]: 'write' }) })
    await waitFor(() => other.failures.length > 0, 'the refusal')
    assert.deepEqual([plan.scopes.at(-1), notes.scopes.at(-1)], ['read-write', 'readonly'])
    const bob = await joinClient(t, relay, planned, { params: { token: token('bob', { [planned]: 'read' }) } })
    plan.text.insert(0, 'across protocols')
    await bob.sees(() => text(bob) === 'across protocols', 'the edit')
    plan.awareness.setLocalStateField('user', { name: 'Bob', color: '#f00' })
    await waitFor(() => bob.awareness.getStates().get(plan.doc.clientID)?.user?.color === '#f00', 'the colour')
    assert.equal(bob.awareness.getStates().get(plan.doc.clientID).user.name, 'Ada')

    const kicked = await fetch(`${relay.url}/api/admin/kick`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token('root', {}, { admin: true })}` },
      body: JSON.stringify({ user: 'ada', document: planned })
    })
    assert.deepEqual(await kicked.json(), { connections: 1, nodes: 1, silentNodes: 0 })
    await waitFor(() => plan.closes.some((reason) => reason.includes('An administrator')), 'the end of one document')
    assert.ok(!notes.closes.some((reason) => reason.includes('An administrator')), 'the other one stays')
    assert.equal(notes.provider.synced, true)
  })
}

test('documents over HTTP need the same right', async (t) => {
  const { relay, token } = await startGuardedRelay(t)
  const writer = await joinClient(t, relay, 'plan', { params: { token: token('ada', { plan: 'write' }) } })
  writer.text.insert(0, 'text')
  const witness = await joinClient(t, relay, 'plan', { params: { token: token('bob', { plan: 'read' }) } })
  await witness.sees(() => text(witness) === 'text', 'the edit')
  const get = async (documents) =>
    fetch(`${relay.url}/api/documents/plan`, {
      headers: documents ? { Authorization: `Bearer ${token('ada', documents)}` } : {}
    })
  assert.deepEqual([(await get()).status, (await get({ other: 'write' })).status], [401, 403])
  const doc = new Y.Doc()
  Y.applyUpdate(doc, new Uint8Array(await (await get({ plan: 'read' })).arrayBuffer()))
  assert.equal(doc.getText('text').toString(), 'text')
})

test('nobody appears under another name', async (t) => {
  const { relay, token } = await startGuardedRelay(t, { settings: { 'Auth:StampAwareness': true } })
  const ada = await joinClient(t, relay, 'plan', {
    params: { token: token('ada', { plan: 'write' }, { name: 'Ada' }) }
  })
  const eve = await joinClient(t, relay, 'plan', { params: { token: token('eve', { plan: 'read' }) } })
  eve.awareness.setLocalStateField('user', { name: 'Ada', id: 'ada', color: '#f00' })
  ada.awareness.setLocalStateField('user', { color: '#00f' })
  await waitFor(() => ada.awareness.getStates().get(eve.doc.clientID)?.user?.color === '#f00', "Eve's colour")
  assert.deepEqual(ada.awareness.getStates().get(eve.doc.clientID).user, { color: '#f00', id: 'eve', name: 'eve' })
  await waitFor(() => eve.awareness.getStates().get(ada.doc.clientID)?.user?.color === '#00f', "Ada's colour")
  assert.deepEqual(eve.awareness.getStates().get(ada.doc.clientID).user, { color: '#00f', id: 'ada', name: 'Ada' })
})

test('of a presence that changes too fast, the last state arrives', async (t) => {
  const { relay, token } = await startGuardedRelay(t, { settings: { 'Limits:AwarenessPerSecond': 5 } })
  const params = { token: token('ada', { plan: 'write' }) }
  const [mover, watcher] = [
    await joinClient(t, relay, 'plan', { params }),
    await joinClient(t, relay, 'plan', { params })
  ]
  let seen = 0
  watcher.awareness.on('update', () => seen++)
  for (let x = 1; x <= 500; x++) mover.awareness.setLocalStateField('x', x)
  await waitFor(() => watcher.awareness.getStates().get(mover.doc.clientID)?.x === 500, 'the last state')
  assert.ok(seen < 100, `${seen} updates were seen`)
})

test('the token command prints what the node takes, and a node never says anything of a token', async (t) => {
  const { relay, secret } = await startGuardedRelay(t, {
    env: {
      Logging__LogLevel__Default: 'Trace',
      'Logging__LogLevel__Microsoft.AspNetCore': 'Trace',
      'Logging__Console__LogLevel__Microsoft.AspNetCore': 'Trace'
    }
  })
  const [program, ...rest] = command
  const { stdout } = await promisify(execFile)(program, [
    ...rest,
    'token',
    '--user',
    'ada',
    '--documents',
    '{"plan":"write"}',
    '--urls',
    relay.url,
    `--Relay:Auth:Jwt:Secret=${secret}`
  ])
  const [token, link] = stdout.trim().split('\n')
  assert.equal(link, `${relay.url}/?doc=plan#token=${token}`)
  const client = await joinClient(t, relay, 'plan', { params: { token } })
  client.text.insert(0, 'text')
  const bad = token.slice(0, -6) + 'AAAAAA'
  await refusal(relay, `plan?token=${bad}`)
  await refusal(relay, `other?token=${token}`)
  await refusal(relay, 'plan', { Authorization: `Bearer ${bad}` })
  await fetch(`${relay.url}/api/documents/plan?token=${token}`)
  await fetch(`${relay.url}/nowhere?token=${token}`)
  client.leave()
  assert.equal(await relay.stop(), 0)
  const said = relay.logs.join('\n')
  assert.match(said, /Request reached the end of the middleware pipeline|Executing endpoint/, 'it did log much')
  for (const secretPart of [...token.split('.'), bad, secret])
    assert.ok(!said.includes(secretPart), `The node said "${secretPart.slice(0, 8)}…".`)
})
