// What people who run nodes see of rooms and connections: with a real Postgres, and with the file of a node alone.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { testWith } from '../Cluster/test.mjs'
import { converged, joinClient, openClient, waitFor } from './clients.mjs'
import { joinDocument, openSocket } from './hocuspocus.mjs'
import { Postgres, withoutPostgres } from './postgres.mjs'
import { runRefusedRelay, startRelay } from './relay.mjs'
import { tokenSettings } from './tokens.mjs'

const test = (name, body) => testWith(name, { skip: withoutPostgres }, body)

/** The settings of a node that uses it. */
const on = (postgres) => ({ settings: { 'Postgres:ConnectionString': postgres.connectionString } })

const ask = async (relay, path, headers = {}) => {
  const answer = await fetch(`${relay.url}/api/documents${path}`, { headers })
  const text = await answer.text()
  return { status: answer.status, text, body: answer.status === 200 ? JSON.parse(text) : null }
}

/** Asks until the answer is as it should be: what is written every few seconds takes a moment. */
const askUntil = (relay, path, condition, what, headers) => waitFor(async () => {
  const { body } = await ask(relay, path, headers)
  return body && condition(body) && body
}, what, 90_000)

const metric = async (relay, name) => {
  const text = await (await fetch(`${relay.url}/metrics`)).text()
  return Number(text.split('\n').find((line) => line.startsWith(`${name}{} `))?.split(' ')[1] ?? 0)
}

test('rooms and connections show who came, what went through, and who left', async (t) => {
  const postgres = await Postgres.start(t)
  const { settings, token } = tokenSettings()
  const relay = await startRelay(t, {
    settings: { ...settings, ...on(postgres).settings, 'Documents:IdleTimeout': '00:00:00.500' }
  })
  const join = (user) => joinClient(t, relay, 'plans/spring', { params: { token: token(user, { '*': 'write' }) } })
  const [ada, bob] = [await join('ada'), await join('bob')]
  const admin = { authorization: `Bearer ${token('root', {}, { admin: true })}` }
  ada.text.insert(0, 'hello')
  await converged([ada, bob])
  const path = `/${encodeURIComponent('plans/spring')}`

  const during = await askUntil(
    relay,
    '?search=SPRING',
    ({ documents: [room] }) => room?.connections === 2 && room.updates === 1,
    'the room',
    admin
  )
  assert.equal(during.documents[0].name, 'plans/spring')
  assert.equal(during.documents[0].nodes.length, 1)
  // A connection may come with the batch after the one that counts it.
  const open = await askUntil(
    relay,
    `${path}/connections?open=true`,
    ({ connections }) => connections.length === 2,
    'the connections',
    admin
  )
  assert.deepEqual(
    open.connections.map((row) => [row.userId, row.protocol, row.closedAt]),
    [
      ['bob', 'y-websocket', null],
      ['ada', 'y-websocket', null]
    ]
  )

  ada.leave()
  bob.leave()
  const { connections } = await askUntil(
    relay,
    `${path}/connections`,
    ({ connections }) => connections.length === 2 && connections.every((row) => row.closedAt),
    'the ends',
    admin
  )
  const row = connections.find((row) => row.userId === 'ada')
  assert.deepEqual([row.updatesIn, row.closeCode, row.closeReason], [1, null, 'The client left.'])
  assert.ok(row.bytesIn > 'hello'.length && row.bytesOut > 'hello'.length && row.updatesOut >= 1)
  const { document, hours } = await askUntil(
    relay,
    `${path}/history`,
    ({ document }) => document.nodes.length === 0 && document.snapshotAt,
    'the snapshot',
    admin
  )
  assert.equal(document.connections, 0)
  assert.ok(document.bytes > 0 && document.snapshotBytes === document.bytes)
  assert.equal(hours.reduce((sum, hour) => sum + hour.opened, 0), 2)
  assert.equal(hours.reduce((sum, hour) => sum + hour.updates, 0), 1)
  assert.equal(Math.max(...hours.map((hour) => hour.peak)), 2)
  assert.ok(hours.some((hour) => hour.connectionSeconds > 0) && hours.at(-1).bytes === document.bytes)

  // For administrators only.
  for (const suffix of ['', `${path}/history`, `${path}/connections`]) {
    assert.equal((await ask(relay, suffix)).status, 401)
    assert.equal((await ask(relay, suffix, { authorization: `Bearer ${token('ada', { '*': 'write' })}` })).status, 403)
  }
  for (const query of [
    '?limit=0',
    '?limit=501',
    '?sort=random',
    '?cursor=nonsense',
    `${path}/history?from=x`,
    `${path}/history?from=2026-01-02&to=2026-01-01`,
    `${path}/connections?open=maybe`
  ]) {
    assert.equal((await ask(relay, query, admin)).status, 400, query)
  }
  assert.equal((await ask(relay, '/other/history', admin)).status, 404)
})

test('each document on a Hocuspocus socket has its own row', async (t) => {
  const postgres = await Postgres.start(t)
  const relay = await startRelay(t, on(postgres))
  const socket = openSocket(t, relay)
  const [one, two] = [await joinDocument(t, relay, 'one', { socket }), await joinDocument(t, relay, 'two', { socket })]
  one.text.insert(0, 'first')
  two.text.insert(0, 'second')
  await Promise.all([one.saved(), two.saved()])
  two.leave()
  for (const [name, closed] of [
    ['one', false],
    ['two', true]
  ]) {
    const { connections } = await askUntil(
      relay,
      `/${name}/connections`,
      ({ connections: [row] }) => row !== undefined && Boolean(row.closedAt) === closed,
      `the row of ${name}`
    )
    assert.deepEqual(
      connections.map((row) => row.protocol),
      ['hocuspocus']
    )
  }
})

test('pages of the list lead through all rooms', async (t) => {
  const postgres = await Postgres.start(t)
  const relay = await startRelay(t, on(postgres))
  const names = Array.from({ length: 7 }, (_, number) => `room ${number}`)
  for (const name of names) await joinClient(t, relay, name)
  // With their connections: from then on no row changes, and none moves from page to page.
  await askUntil(
    relay,
    '',
    ({ documents }) => documents.length === 7 && documents.every(({ connections }) => connections === 1),
    'all rooms'
  )
  for (const sort of ['name', 'lastUsed', 'bytes', 'connections']) {
    const seen = []
    let cursor = ''
    do {
      const { body } = await ask(relay, `?sort=${sort}&limit=3${cursor && `&cursor=${cursor}`}`)
      seen.push(...body.documents.map((room) => room.name))
      cursor = body.next
    } while (cursor)
    assert.deepEqual(seen.toSorted(), names, sort)
  }
})

test('what was open on a node that was killed is ended by another one', async (t) => {
  const postgres = await Postgres.start(t)
  const [witness, victim] = [await startRelay(t, on(postgres)), await startRelay(t, on(postgres))]
  const [stays] = [await joinClient(t, witness, 'plan'), await joinClient(t, victim, 'plan')]
  await askUntil(
    witness,
    '',
    ({ documents: [room] }) => room?.connections === 2 && room.nodes.length === 2,
    'both nodes'
  )
  await victim.kill()
  const {
    documents: [room]
  } = await askUntil(witness, '', ({ documents: [room] }) => room.nodes.length === 1, 'the end of the dead node')
  assert.equal(room.connections, 1)
  const { body } = await ask(witness, '/plan/connections')
  assert.deepEqual(body.connections.map((row) => [row.closeCode, row.closeReason]).toSorted(), [
    [null, null],
    [1006, 'The node died.']
  ])
  assert.equal(stays.closes.length, 0)
})

for (const [fault, begin, end] of [
  ['stands still', (postgres) => postgres.stall(), (postgres) => postgres.resume()],
  ['is killed', (postgres) => postgres.kill(), (postgres) => postgres.start()]
]) {
  test(`nobody who types notices that Postgres ${fault}, and nothing is counted twice or lost`, async (t) => {
    const postgres = await Postgres.start(t)
    const relay = await startRelay(t, on(postgres))
    const [writer, reader] = [await joinClient(t, relay, 'typed'), await joinClient(t, relay, 'typed')]
    let typing = true
    let typed = 0
    const typist = (async () => {
      while (typing) {
        writer.text.insert(writer.text.length, 'x')
        typed++
        await converged([writer, reader])
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    })()
    await askUntil(relay, '', ({ documents: [room] }) => room?.updates > 0, 'the first updates')
    await begin(postgres)
    const before = typed
    await relay.says('because Postgres cannot be used')
    assert.equal((await fetch(`${relay.url}/health/ready`)).status, 200)
    assert.equal((await ask(relay, '')).status, 503)
    const late = await joinClient(t, relay, 'opened meanwhile')
    late.leave()
    await waitFor(() => typed > before + 10, 'more typing')
    await end(postgres)
    await askUntil(relay, '', ({ documents }) => documents.length === 2, 'Postgres to be back')
    typing = false
    await typist
    assert.deepEqual([writer.closes, reader.closes], [[], []])
    assert.equal(reader.text.length, typed)
    const received = await metric(relay, 'relay_updates_received_total')
    const { documents } = await askUntil(
      relay,
      '?sort=bytes&search=typed',
      ({ documents: [room] }) => room.updates >= received,
      'all updates'
    )
    assert.equal(documents[0].updates, received)
    const { connections } = await askUntil(
      relay,
      '/opened%20meanwhile/connections',
      ({ connections: [row] }) => row?.closedAt,
      'who came meanwhile'
    )
    assert.equal(connections.length, 1)
    assert.equal(await metric(relay, 'relay_metadata_dropped_total'), 0)
    await relay.says('Postgres can be used again')
  })
}

test('a node starts without Postgres and writes when it comes', async (t) => {
  const postgres = await Postgres.start(t)
  await postgres.kill()
  const relay = await startRelay(t, on(postgres))
  const client = openClient(t, relay, 'early')
  await client.synced()
  await postgres.start()
  await askUntil(relay, '', ({ documents: [room] }) => room?.name === 'early' && room.connections === 1, 'the room')
})

test('a database that is not there, and words that are no connection string, stop the start', async (t) => {
  const postgres = await Postgres.start(t)
  const refused = await runRefusedRelay(t, {
    settings: { 'Postgres:ConnectionString': postgres.withDatabase('nowhere') }
  })
  assert.equal(refused.code, 3)
  assert.match(refused.output, /Relay:Postgres:ConnectionString.*nowhere/)
  const unread = await runRefusedRelay(t, { settings: { 'Postgres:ConnectionString': 'Password=geheim;nonsense' } })
  assert.equal(unread.code, 2)
  assert.match(unread.output, /Relay:Postgres:ConnectionString/)
  assert.doesNotMatch(unread.output, /geheim/)
})

testWith('a node that was started with nothing else knows its documents also after it was killed', {}, async (t) => {
  const relay = await startRelay(t)
  await relay.says(join(relay.dataDir, 'metadata.db'))
  const client = await joinClient(t, relay, 'plan')
  client.text.insert(0, 'x')
  await askUntil(relay, '', ({ documents: [room] }) => room?.connections === 1 && room.updates === 1, 'the room')
  await relay.kill()
  client.leave()
  await relay.start()
  const isEnded = ({ connections: [row] }) => row.closedAt
  const { connections } = await askUntil(relay, '/plan/connections', isEnded, 'the end')
  assert.deepEqual(connections.map((row) => [row.closeCode, row.closeReason]), [[1006, 'The node died.']])
  const { body: { document, hours } } = await ask(relay, '/plan/history')
  assert.deepEqual([document.updates, document.connections, document.nodes], [1, 0, []])
  assert.equal(hours.reduce((sum, hour) => sum + hour.opened, 0), 1)
})
