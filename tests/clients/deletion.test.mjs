// What stock clients see when a document is deleted, and what a killed node leaves of a deletion.
import assert from 'node:assert/strict'
import * as nodeTest from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Y, converged, joinClient, waitFor } from './clients.mjs'
import { snapshotsIn } from './files.mjs'
import { randomFrom, seed } from './random.mjs'
import { startRelay } from './relay.mjs'

const { test } = nodeTest
const rounds = Number(process.env.RELAY_TEST_ROUNDS ?? 10)

const ask = async (relay, method, name, { updates = false, body } = {}) => {
  const answer = await fetch(`${relay.url}/api/documents/${encodeURIComponent(name)}${updates ? '/updates' : ''}`, {
    method, body, headers: body ? { 'Content-Type': 'application/octet-stream' } : {}
  })
  return { status: answer.status, bytes: new Uint8Array(await answer.arrayBuffer()) }
}

const updateOf = (text) => {
  const doc = new Y.Doc()
  doc.getText('text').insert(0, text)
  const update = Y.encodeStateAsUpdate(doc)
  doc.destroy()
  return update
}

test('a stock client of a deleted document is told not to come back, and its copy brings nothing back', async (t) => {
  const relay = await startRelay(t)
  const [writer, witness] = [await joinClient(t, relay, 'plan'), await joinClient(t, relay, 'plan')]
  writer.text.insert(0, 'the old plan')
  await converged([writer, witness])
  assert.equal((await ask(relay, 'DELETE', 'plan')).status, 204)
  await waitFor(() => [writer, witness].every((client) => client.closes.includes(4404)), 'both to be told')
  assert.ok([writer, witness].every(({ provider }) => !provider.shouldConnect), 'they do not come back by themselves')

  writer.text.insert(0, 'still ')
  writer.provider.connect()
  await waitFor(
    () => writer.closes.filter((code) => code === 4404).length === 2,
    'the tab that comes back to be refused'
  )
  assert.equal((await ask(relay, 'GET', 'plan')).status, 410)
  assert.equal((await ask(relay, 'PUT', 'plan')).status, 201)
  const later = await joinClient(t, relay, 'plan')
  later.text.insert(0, 'a new plan')
  const reader = await joinClient(t, relay, 'plan')
  await converged([later, reader])
  assert.equal(reader.text.toString(), 'a new plan')
})

test('an update that comes over HTTP is seen by stock clients', async (t) => {
  const relay = await startRelay(t)
  const client = await joinClient(t, relay, 'posted')
  const update = updateOf('over HTTP')
  assert.equal((await ask(relay, 'POST', 'posted', { updates: true, body: update })).status, 204)
  assert.equal((await ask(relay, 'POST', 'posted', { updates: true, body: update })).status, 204)
  await waitFor(() => client.text.toString() === 'over HTTP', 'the update')
  assert.deepEqual((await ask(relay, 'GET', 'posted')).bytes, Y.encodeStateAsUpdate(client.doc))
})

test('a node that is killed while it deletes leaves the document whole or deletes it in the end', async (t) => {
  t.diagnostic(`RELAY_TEST_SEED=${seed} RELAY_TEST_ROUNDS=${rounds}`)
  const random = randomFrom(seed)
  const relay = await startRelay(t)
  let deletedBefore = 0
  for (let round = 0; round < rounds; round++) {
    const name = `killed-${round}`
    assert.equal((await ask(relay, 'POST', name, { updates: true, body: updateOf(name) })).status, 204)
    let answered
    const deletion = ask(relay, 'DELETE', name).then(({ status }) => { answered = status }, () => {})
    await pause(random.integer(0, 60))
    await relay.kill()
    await deletion
    await relay.start()
    const { status } = await ask(relay, 'GET', name)
    if (answered === 204) assert.equal(status, 410, `round ${round}: what was answered is done`)
    assert.ok(status === 200 || status === 410, `round ${round}: ${status}`)
    if (status !== 410) continue

    // The start has found the log's entry, and writes the tombstone if there is none yet.
    deletedBefore++
    await waitFor(
      () => snapshotsIn(relay.dataDir).filter((file) => file.includes(name + '-')).length > 0,
      'the tombstone'
    )
    assert.equal((await ask(relay, 'DELETE', name)).status, 204)
  }
  t.diagnostic(`${deletedBefore} of ${rounds} were deleted before the kill`)
})
