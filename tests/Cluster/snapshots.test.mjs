// Snapshots that are set aside over the API, after all nodes have left their document.
import assert from 'node:assert/strict'
import { converged, joinClient, openClient, waitFor, Y } from '../clients/clients.mjs'
import { joinDocument } from '../clients/hocuspocus.mjs'
import { ask, snapshotIds } from '../clients/snapshots.mjs'
import { startCluster } from './cluster.mjs'
import { test } from './test.mjs'

const leaveSoon = { 'Documents:IdleTimeout': '00:00:00.200' }

const timesLeft = (node, name) =>
  node.logs.filter((line) => line.includes(`Left ${name} `) || line.endsWith(`Left ${name}`)).length

/**
 * Opens a document that nobody else has open, adds some words, and waits until the node has stored and left it: says
 * what the text was then.
 */
const visit = async (t, node, name, words = '') => {
  const before = timesLeft(node, name)
  const client = await joinDocument(t, node, name)
  if (words !== '') client.text.insert(client.text.length, words)
  await client.saved()
  const text = client.text.toString()
  client.leave()
  await waitFor(() => timesLeft(node, name) > before, `"${name}" to be left`)
  return text
}

const setAside = (node, name, id, query = '') => ask(node, 'POST', name, `/snapshots/${id}/set-aside${query}`)

test('a damaged object is set aside, and its document opens from the snapshot before it and the log', async (t) => {
  const { nodes, bucket, redis } = await startCluster(t, { settings: leaveSoon })
  for (const words of ['first. ', 'second. ', 'third. ']) await visit(t, nodes[0], 'aside', words)
  const [newest] = await bucket.keys()
  const damaged = await bucket.damage(newest)
  const ids = await snapshotIds(nodes[1], 'aside')
  const answer = await setAside(nodes[1], 'aside', ids[0])
  assert.equal(answer.status, 200)
  const { place, opens, loss } = await answer.json()
  assert.deepEqual({ opens, loss }, { opens: true, loss: null })

  // Its bytes are all there, under a name that nobody takes for a snapshot.
  const aside = place.replace(`s3://${bucket.name}/`, '')
  assert.deepEqual(await bucket.read(aside), damaged)
  assert.ok(!(await bucket.keys()).includes(newest))
  assert.deepEqual(await snapshotIds(nodes[0], 'aside'), ids.slice(1))
  assert.equal(await visit(t, nodes[0], 'aside'), 'first. second. third. ')
  assert.equal(await visit(t, nodes[1], 'aside', 'fourth. '), 'first. second. third. fourth. ')

  // Now the snapshots alone have all of it.
  await redis.cli('flushall')
  assert.equal(await visit(t, nodes[0], 'aside'), 'first. second. third. fourth. ')
  assert.deepEqual(await bucket.read(aside), damaged)
})

test('what only a damaged object holds is given up on request, and a browser that has it brings it back', async (t) => {
  const { nodes, bucket, redis } = await startCluster(t, { settings: leaveSoon })
  await visit(t, nodes[0], 'given-up', 'kept ')
  const tab = await joinClient(t, nodes[0], 'given-up')
  tab.text.insert(tab.text.length, 'lost')
  const witness = await joinClient(t, nodes[0], 'given-up')
  await converged([tab, witness])
  const copy = Y.encodeStateAsUpdate(tab.doc)
  const before = timesLeft(nodes[0], 'given-up')
  tab.leave()
  witness.leave()
  await waitFor(() => timesLeft(nodes[0], 'given-up') > before, 'the document to be left')
  const [newest] = await bucket.keys()
  await bucket.damage(newest)
  await redis.cli('flushall')
  const refused = openClient(t, nodes[1], 'given-up')
  await waitFor(() => refused.closes.length > 0, 'the refusal')
  assert.equal(refused.closes[0], 4423)
  refused.leave()

  const [id] = await snapshotIds(nodes[1], 'given-up')
  const warning = await setAside(nodes[1], 'given-up', id)
  assert.equal(warning.status, 409)
  assert.match((await warning.json()).type, /would-lose$/)
  assert.ok((await bucket.keys()).includes(newest))
  const answer = await setAside(nodes[1], 'given-up', id, '?force=true')
  assert.equal(answer.status, 200)
  const { opens, loss } = await answer.json()
  assert.ok(opens)
  assert.match(loss, /is lost unless/)

  const other = await joinDocument(t, nodes[0], 'given-up')
  assert.equal(other.text.toString(), 'kept ')
  const doc = new Y.Doc()
  Y.applyUpdate(doc, copy)
  const returned = await joinClient(t, nodes[1], 'given-up', { doc })
  await converged([other, returned])
  assert.equal(other.text.toString(), 'kept lost')
})
