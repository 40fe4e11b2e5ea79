// S3 and DynamoDB refuse, lose, move and damage; nobody's typing depends on them.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { joinClient, openClient, waitFor } from '../clients/clients.mjs'
import { randomFrom, seed } from '../clients/random.mjs'
import { startCluster } from './cluster.mjs'
import { assertFirstSyncIsWhole, assertNothingLost, Party } from './party.mjs'
import { Gateway } from './s3.mjs'
import { s3Address } from './services.mjs'
import { test } from './test.mjs'

const hasLeft = (nodes, name) =>
  waitFor(
    () =>
      nodes.every(({ logs }) => logs.some((line) => line.includes(`Left ${name} `) || line.endsWith(`Left ${name}`))),
    `all nodes to leave ${name}`,
    60_000
  )

test('S3 refuses writes for 30 s: people go on, nothing is let go of, and all is stored afterwards', async (t) => {
  t.diagnostic(`RELAY_TEST_SEED=${seed}`)
  const gateway = await Gateway.start(t, await s3Address())
  const { nodes, redis, bucket } = await startCluster(t, {
    s3: gateway.url,
    settings: { 'Documents:SaveInterval': '00:00:01' }
  })
  gateway.refusesWrites = true
  const began = Date.now()
  const party = new Party(t, 'full', randomFrom(seed))
  for (const node of nodes) await party.join(node)
  await party.progress(400)
  const promised = await party.end()
  await waitFor(() => gateway.refused > 2, 'saves to be refused and tried again')
  await pause(30_000 - (Date.now() - began))
  await assertNothingLost(t, nodes, 'full', promised)
  assert.deepEqual(await bucket.keys(), [])
  assert.ok(
    !nodes.some(({ logs }) => logs.some((line) => line.includes('Left full'))),
    'A node let go of a document that is not stored.'
  )

  gateway.refusesWrites = false
  await hasLeft(nodes, 'full')
  // Now S3 alone has all of it.
  await redis.cli('flushall')
  await assertNothingLost(t, nodes, 'full', promised)
})

test('DynamoDB is gone: clients stay, documents open, late joiners see all', async (t) => {
  const { nodes, dynamoDb } = await startCluster(t)
  const party = await new Party(t, 'gone', randomFrom(seed)).join(nodes[0])
  await party.progress(50)
  await dynamoDb.kill()
  await party.progress(100)
  await assertFirstSyncIsWhole(t, nodes[1], 'gone', party.promised)
  const fresh = await joinClient(t, nodes[1], 'opened-meanwhile')
  fresh.doc.getText('text').insert(0, 'works')
  const other = await joinClient(t, nodes[0], 'opened-meanwhile')
  await other.sees((doc) => doc.getText('text').toString() === 'works', 'the text')
  await dynamoDb.start()
  await party.progress(100)
  await assertNothingLost(t, nodes, 'gone', await party.end())
})

test('a snapshot with one flipped bit is kept, and the one before it and the log are the same document', async (t) => {
  const { nodes, bucket } = await startCluster(t, { settings: { 'Documents:SaveInterval': '00:00:00.300' } })
  const name = 'bit'
  const party = await new Party(t, name, randomFrom(seed)).join(nodes[0])
  await waitFor(async () => (await bucket.keys()).length >= 3, 'three snapshots')
  const promised = await party.end()
  await hasLeft([nodes[0]], name)
  const [newest] = await bucket.keys()
  const damaged = await bucket.damage(newest)
  await assertNothingLost(t, nodes, name, promised)
  assert.deepEqual(await bucket.read(newest), damaged)
})

test('a document whose only snapshot has a flipped bit, and no log, is refused and not served as empty', async (t) => {
  const { nodes, bucket, redis } = await startCluster(t)
  const writer = await joinClient(t, nodes[0], 'refused')
  writer.doc.getText('text').insert(0, 'dear')
  writer.leave()
  await waitFor(async () => (await bucket.keys()).length === 1, 'the snapshot')
  await hasLeft([nodes[0]], 'refused')
  const [key] = await bucket.keys()
  const whole = await bucket.read(key)
  await bucket.damage(key)
  await redis.cli('flushall')
  const refused = openClient(t, nodes[1], 'refused')
  await waitFor(() => refused.closes.length > 0, 'the refusal')
  assert.equal(refused.closes[0], 4423)
  refused.leave()
  assert.deepEqual(await bucket.keys(), [key])
  await bucket.write(key, whole)
  const back = await joinClient(t, nodes[1], 'refused')
  assert.equal(back.doc.getText('text').toString(), 'dear')
})

/** A node without trust of the other one, so that it reads snapshots and log, and reads them through a gateway. */
const readerOfSnapshots = async (t, settings) => {
  const gateway = await Gateway.start(t, await s3Address())
  const cluster = await startCluster(t, {
    nodes: 1,
    settings: { 'Documents:SaveInterval': '00:00:00.200', ...settings }
  })
  const reader = await cluster.add({
    'S3:ServiceUrl': gateway.url,
    'Internal:Secret': 'a secret that the other node does not know'
  })
  return { ...cluster, nodes: cluster.nodes, bucket: cluster.bucket, gateway, reader }
}

/** The key of the snapshot that a request reads; undefined for other requests. */
const keyReadBy = ({ method, url }) => {
  const [, , ...key] = decodeURIComponent(new URL(url, 'http://s3').pathname).split('/')
  return method === 'GET' && key.length > 1 ? key.join('/') : undefined
}

test('a log that is trimmed past a joiner, between its snapshot and its log read, leaves no gap', async (t) => {
  const { nodes, bucket, gateway, reader } = await readerOfSnapshots(t)
  const party = await new Party(t, 'trimmed', randomFrom(seed)).join(nodes[0])
  for (let round = 0; round < 3; round++) {
    await waitFor(async () => (await bucket.keys()).length > 0, 'a snapshot')
    let held = 0
    gateway.before = async (request) => {
      const key = keyReadBy(request)
      if (key === undefined || held++ > 0) return
      // Two newer snapshots: then the log begins behind this one.
      await waitFor(async () => (await bucket.keys()).filter((other) => other < key).length >= 2, 'two newer snapshots')
    }
    await assertFirstSyncIsWhole(t, reader, 'trimmed', party.promised)
    assert.ok(held > 0, 'The joiner read no snapshot, so this tests nothing.')
    gateway.before = () => undefined
    await waitFor(
      () => reader.logs.filter((line) => line.includes('Left trimmed')).length > round,
      'the reader to leave'
    )
  }
  await assertNothingLost(t, nodes, 'trimmed', await party.end())
})

test('a snapshot that is pruned between listing and reading is replaced by a newer one', async (t) => {
  const { nodes, bucket, gateway, reader } = await readerOfSnapshots(t, { 'Documents:KeepSnapshots': 'last=2' })
  const party = await new Party(t, 'pruned', randomFrom(seed)).join(nodes[0])
  await waitFor(async () => (await bucket.keys()).length > 1, 'snapshots')
  let pruned = 0
  gateway.before = async (request) => {
    const key = keyReadBy(request)
    if (key === undefined || pruned++ > 0) return
    await waitFor(async () => !(await bucket.keys()).includes(key), 'the snapshot to be pruned')
  }
  await assertFirstSyncIsWhole(t, reader, 'pruned', party.promised)
  assert.ok(pruned > 0, 'The joiner read no snapshot, so this tests nothing.')
  await assertNothingLost(t, nodes, 'pruned', await party.end())
})

test('two documents that are left within the same second are both stored', async (t) => {
  const { nodes, bucket } = await startCluster(t, { nodes: 1 })
  const names = ['one', 'two', 'three']
  const clients = await Promise.all(names.map((name) => joinClient(t, nodes[0], name)))
  clients.forEach(({ doc }, index) => doc.getText('text').insert(0, names[index]))
  const witnesses = await Promise.all(names.map((name) => joinClient(t, nodes[0], name)))
  await Promise.all(
    witnesses.map((client, index) =>
      client.sees((doc) => doc.getText('text').toString() === names[index], names[index])
    )
  )
  for (const client of [...clients, ...witnesses]) client.leave()
  await waitFor(async () => (await bucket.keys()).length === 3, 'three snapshots')
})
