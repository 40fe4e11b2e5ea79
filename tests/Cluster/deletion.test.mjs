// A document is deleted for all nodes, and created again for all.
import assert from 'node:assert/strict'
import { converged, joinClient, waitFor } from '../clients/clients.mjs'
import { startCluster } from './cluster.mjs'
import { test } from './test.mjs'

const ask = async (node, method, name) => (await fetch(`${node.url}/api/documents/${name}`, { method })).status

test('a deletion on one node ends the document on both, and a creation on the other begins it on both', async (t) => {
  const { nodes: [one, other] } = await startCluster(t)
  const [writer, witness] = [await joinClient(t, one, 'plan'), await joinClient(t, other, 'plan')]
  writer.text.insert(0, 'the old plan')
  await converged([writer, witness])
  assert.equal(await ask(one, 'DELETE', 'plan'), 204)
  await waitFor(() => [writer, witness].every((client) => client.closes.includes(4404)), 'both to be told')
  assert.deepEqual([await ask(one, 'GET', 'plan'), await ask(other, 'GET', 'plan')], [410, 410])

  assert.equal(await ask(other, 'PUT', 'plan'), 201)
  const [here, there] = [await joinClient(t, one, 'plan'), await joinClient(t, other, 'plan')]
  here.text.insert(0, 'a new plan')
  await converged([here, there])
  assert.equal(there.text.toString(), 'a new plan')
})

test('a node that could not reach Redis while a document was deleted drops it when it can', async (t) => {
  const cluster = await startCluster(t)
  const [one, other] = cluster.nodes
  const [writer, witness] = [await joinClient(t, one, 'plan'), await joinClient(t, other, 'plan')]
  writer.text.insert(0, 'plan')
  await converged([writer, witness])
  process.kill(other.pid, 'SIGSTOP')
  assert.equal(await ask(one, 'DELETE', 'plan'), 204)
  assert.equal(await ask(one, 'PUT', 'plan'), 201)
  const later = await joinClient(t, one, 'plan')
  later.text.insert(0, 'new')
  witness.text.insert(0, 'old ')
  process.kill(other.pid, 'SIGCONT')
  await waitFor(() => witness.closes.includes(4404), 'the client of the node that slept to be told')
  const reader = await joinClient(t, other, 'plan')
  await waitFor(() => reader.text.toString() === 'new', 'nothing of the old document')
})
