// Presence across nodes that share Redis and nothing else: no locator, no listener for each other.
import assert from 'node:assert/strict'
import { joinClient, waitFor } from '../clients/clients.mjs'
import { kinds } from '../clients/kinds.mjs'
import { quietClientTakesNothing } from '../clients/quiet.mjs'
import { startRelay, temporaryDirectory } from '../clients/relay.mjs'
import { hasLatest, renewForTheLastTime } from '../clients/renewal.mjs'
import { Redis } from './services.mjs'
import { test } from './test.mjs'

const startNodes = async (t, count) => {
  const redis = await Redis.start(t)
  const dataDir = temporaryDirectory()
  const settings = {
    'Redis:Configuration': redis.configuration,
    'FileStore:Shared': true,
    'Documents:IdleTimeout': '00:00:01'
  }
  const start = () => startRelay(t, { dataDir, settings })
  return Promise.all(Array.from({ length: count }, start))
}

const sees = (client, name) => [...client.awareness.getStates().values()].some(({ user }) => user === name)
const appears = (client, name) => waitFor(() => sees(client, name), `${name} to appear`)

const introduce = async (t, node, document, user) => {
  const client = await joinClient(t, node, document)
  client.awareness.setLocalStateField('user', user)
  return client
}

test('no stock client without presence stops, moves or takes the presence of others on another node', async (t) => {
  const [one, two] = await startNodes(t, 2)
  await Promise.all(Object.keys(kinds).flatMap((kind, index) => [true, false].map((isFirst) =>
    quietClientTakesNothing(t, kind, `quiet-${index}-${isFirst}`, isFirst, { quiet: one, active: two, watcher: one }))))
})

test('somebody who comes back to a node that has left the document meanwhile sees and is seen at once', async (t) => {
  const [one, two] = await startNodes(t, 2)
  const [anna, boris] = [await introduce(t, one, 'room', 'Anna'), await introduce(t, two, 'room', 'Boris')]
  await Promise.all([appears(anna, 'Boris'), appears(boris, 'Anna')])
  renewForTheLastTime(boris)
  await hasLatest(anna, boris)
  await boris.dropConnection()
  await waitFor(() => !sees(anna, 'Boris'), 'Boris to be gone')
  await waitFor(() => two.logs.some((line) => line.includes('Left room')), 'the second node to leave the document')
  renewForTheLastTime(anna)
  boris.provider.connect()
  await Promise.all([appears(anna, 'Boris'), appears(boris, 'Anna')])
})

test('clients of a killed node are gone within seconds, also for newcomers, and those who moved stay', async (t) => {
  const [one, two, three] = await startNodes(t, 3)
  const watcher = await introduce(t, one, 'room', 'Watcher')
  const [dead, moved] = [await introduce(t, two, 'room', 'Dead'), await introduce(t, two, 'room', 'Moved')]
  await Promise.all([appears(watcher, 'Dead'), appears(watcher, 'Moved')])
  renewForTheLastTime(moved)
  await hasLatest(watcher, moved)
  for (const client of [dead, moved]) client.provider.shouldConnect = false
  await two.kill()
  const killed = Date.now()
  moved.provider.serverUrl = three.yjs
  moved.provider.connect()
  await waitFor(() => !sees(watcher, 'Dead'), 'Dead to be gone', 15_000)
  t.diagnostic(`gone after ${Date.now() - killed} ms`)
  await appears(watcher, 'Moved')
  renewForTheLastTime(watcher)
  for (const node of [one, three]) {
    const newcomer = await joinClient(t, node, 'room')
    await appears(newcomer, 'Watcher')
    assert.ok(!sees(newcomer, 'Dead'))
  }
})
