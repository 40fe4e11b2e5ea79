// Who is here, across nodes.
import assert from 'node:assert/strict'
import { joinClient, waitFor } from '../clients/clients.mjs'
import { patience } from '../clients/wait.mjs'
import { startCluster } from './cluster.mjs'
import { test } from './test.mjs'

const sees = (client, name) => [...client.awareness.getStates().values()].some(({ user }) => user === name)
const appears = (client, name) => waitFor(() => sees(client, name), `${name} to appear`)
const goes = (client, name, timeout = patience) => waitFor(() => !sees(client, name), `${name} to be gone`, timeout)

const introduce = async (t, node, document, user) => {
  const client = await joinClient(t, node, document)
  client.awareness.setLocalStateField('user', user)
  return client
}

test('everybody sees everybody, at whichever node, and newcomers see those who were there before', async (t) => {
  const { nodes } = await startCluster(t)
  const [anna, boris] = [await introduce(t, nodes[0], 'room', 'Anna'), await introduce(t, nodes[1], 'room', 'Boris')]
  await Promise.all([appears(anna, 'Boris'), appears(boris, 'Anna')])
  const newcomer = await joinClient(t, nodes[1], 'room')
  await Promise.all([appears(newcomer, 'Anna'), appears(newcomer, 'Boris')])

  // On a node that has not had the document before, from the peer that has.
  boris.leave()
  newcomer.leave()
  await goes(anna, 'Boris')
  await waitFor(() => nodes[1].logs.some((line) => line.includes('Left room')), 'the second node to leave the document')
  const late = await joinClient(t, nodes[1], 'room')
  await appears(late, 'Anna')
})

test('presence goes with its client at once, with a lost connection soon, and with a node that stops', async (t) => {
  const { nodes } = await startCluster(t)
  const watcher = await introduce(t, nodes[0], 'room', 'Watcher')
  const [polite, lost, stopped] = await Promise.all(
    ['Polite', 'Lost', 'Stopped'].map((name) => introduce(t, nodes[1], 'room', name))
  )
  await Promise.all(['Polite', 'Lost', 'Stopped'].map((name) => appears(watcher, name)))
  polite.leave()
  await goes(watcher, 'Polite')
  await lost.dropConnection()
  await goes(watcher, 'Lost')
  assert.ok(sees(watcher, 'Stopped'))
  stopped.provider.shouldConnect = false
  await nodes[1].stop()
  await goes(watcher, 'Stopped')
})

test('presence of a node that died is gone within seconds, and a room named alike has its own', async (t) => {
  const { nodes } = await startCluster(t)
  const watcher = await introduce(t, nodes[0], 'x', 'Watcher')
  const other = await introduce(t, nodes[0], 'x-presence', 'Other')
  const dead = await introduce(t, nodes[1], 'x', 'Dead')
  await appears(watcher, 'Dead')
  dead.provider.shouldConnect = false
  await nodes[1].kill()
  await goes(watcher, 'Dead', 15_000)
  assert.ok(!sees(watcher, 'Other'))
  assert.ok(!sees(other, 'Dead'))
})
