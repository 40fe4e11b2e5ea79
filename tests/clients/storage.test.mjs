import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import path from 'node:path'
import * as nodeTest from 'node:test'
import * as Y from 'yjs'
import { converged, joinClient } from './clients.mjs'
import { damage, filesIn, snapshotsIn } from './files.mjs'
import { runRefusedRelay, startRelay } from './relay.mjs'
import { openRaw, read, syncStep1 } from './wire.mjs'

const { test } = nodeTest

/** Writes to a document and stops the node, which then has stored a snapshot of it. */
const writeAndStop = async (t, relay, name, text) => {
  const client = await joinClient(t, relay, name)
  client.text.insert(client.text.length, text)
  const witness = await joinClient(t, relay, name)
  await converged([client, witness])
  client.leave()
  witness.leave()
  assert.equal(await relay.stop(), 0)
}

/** Removes everything that is not a snapshot or lies in the snapshots' directory: the log. */
const loseLog = (dataDir, aside) => {
  const kept = path.dirname(path.dirname(snapshotsIn(dataDir)[0]))
  mkdirSync(aside, { recursive: true })
  for (const file of filesIn(dataDir)) {
    if (file.startsWith(kept + path.sep) || file.startsWith(aside + path.sep)) continue
    renameSync(file, path.join(aside, path.relative(dataDir, file).replaceAll(path.sep, '_')))
  }
}

/**
 * Asks for a document that must not be served: the connection ends with 4423, and until then nothing was said about the
 * document's content.
 */
const isRefused = async (t, relay, name) => {
  const raw = await openRaw(t, relay, name)
  raw.send(syncStep1(Uint8Array.of(0)))
  const { code, reason } = await raw.close()
  assert.equal(code, 4423)
  assert.match(reason, /cannot be read/)
  assert.deepEqual(
    raw.frames.map((data) => read(data).kind).filter((kind) => kind === 'step2' || kind === 'update'),
    []
  )
}

test('a damaged snapshot that the log covers is reported and kept, and the document is complete', async (t) => {
  const relay = await startRelay(t)
  await writeAndStop(t, relay, 'covered', 'every word')
  const [snapshot] = snapshotsIn(relay.dataDir)
  assert.ok(snapshot, 'a snapshot was stored')
  const damaged = damage(snapshot)
  relay.logs.length = 0
  await relay.start()
  const client = await joinClient(t, relay, 'covered')
  assert.equal(client.text.toString(), 'every word')
  await relay.says('does not read and is kept')
  assert.deepEqual(readFileSync(snapshot), damaged)
})

test('a damaged newest snapshot is replaced by the one before it and the log', async (t) => {
  const relay = await startRelay(t)
  await writeAndStop(t, relay, 'older', 'first. ')
  await relay.start()
  await writeAndStop(t, relay, 'older', 'second. ')
  await relay.start()
  await writeAndStop(t, relay, 'older', 'third. ')
  const snapshots = snapshotsIn(relay.dataDir)
  assert.ok(snapshots.length >= 3, `${snapshots.length} snapshots are stored`)
  const damaged = damage(snapshots[0])
  await relay.start()
  const client = await joinClient(t, relay, 'older')
  assert.equal(client.text.toString(), 'first. second. third. ')
  assert.deepEqual(readFileSync(snapshots[0]), damaged)
})

test('a document with a damaged snapshot and no log is refused, not empty, and back when the file is', async (t) => {
  const relay = await startRelay(t)
  await writeAndStop(t, relay, 'unreadable', 'every word')
  const [snapshot] = snapshotsIn(relay.dataDir)
  const good = readFileSync(snapshot)
  loseLog(relay.dataDir, path.join(relay.dataDir, 'aside'))
  const damaged = damage(snapshot)
  await relay.start()
  await isRefused(t, relay, 'unreadable')
  const answer = await fetch(`${relay.url}/api/documents/unreadable`)
  assert.ok(answer.status >= 500, `the API answered ${answer.status}`)
  await isRefused(t, relay, 'unreadable')
  assert.deepEqual(readFileSync(snapshot), damaged)

  // Another document of the same node is not concerned.
  const other = await joinClient(t, relay, 'readable')
  other.text.insert(0, 'works')
  const witness = await joinClient(t, relay, 'readable')
  await converged([other, witness])

  damage(snapshot)
  assert.deepEqual(readFileSync(snapshot), good)
  await relay.restart()
  const client = await joinClient(t, relay, 'unreadable')
  assert.equal(client.text.toString(), 'every word')
})

test('an older snapshot than the damaged one, with the log gone, is not passed off as the document', async (t) => {
  const relay = await startRelay(t)
  await writeAndStop(t, relay, 'stale', 'first. ')
  await relay.start()
  await writeAndStop(t, relay, 'stale', 'second. ')
  const snapshots = snapshotsIn(relay.dataDir)
  assert.ok(snapshots.length >= 2, `${snapshots.length} snapshots are stored`)
  loseLog(relay.dataDir, path.join(relay.dataDir, 'aside'))
  damage(snapshots[0])
  await relay.start()
  await isRefused(t, relay, 'stale')
})

test('a log that ends in half an entry, as after a power cut, costs nothing that was acknowledged', async (t) => {
  const relay = await startRelay(t)
  const client = await joinClient(t, relay, 'torn')
  client.text.insert(0, 'acknowledged')
  const witness = await joinClient(t, relay, 'torn')
  await converged([client, witness])
  const before = Y.encodeStateAsUpdate(witness.doc)
  client.leave()
  witness.leave()
  await relay.kill()
  const largest = filesIn(relay.dataDir).filter((file) => readFileSync(file).includes('acknowledged'))
  assert.equal(largest.length, 1, 'the log is one file')
  const entry = readFileSync(largest[0])
  appendFileSync(largest[0], entry.subarray(-Math.floor(entry.length / 2), -3))
  await relay.start()
  const fresh = await joinClient(t, relay, 'torn')
  assert.deepEqual(Y.encodeStateAsUpdate(fresh.doc), before)
})

test('a second node on the same directory is refused with a sentence, and the first one goes on', async (t) => {
  const relay = await startRelay(t)
  const client = await joinClient(t, relay, 'first come')
  const { code, output } = await runRefusedRelay(t, { dataDir: relay.dataDir })
  assert.notEqual(code, 0)
  assert.ok(output.includes(relay.dataDir), `the sentence names the directory:\n${output}`)
  assert.match(output, /in use|another|already/i)
  client.text.insert(0, 'goes on')
  const witness = await joinClient(t, relay, 'first come')
  await converged([client, witness])
})

test('a directory whose node was killed is free for the next one', async (t) => {
  const relay = await startRelay(t)
  await relay.kill()
  const next = await startRelay(t, { dataDir: relay.dataDir })
  await joinClient(t, next, 'next')
})

test('a data directory that is not there yet is made', async (t) => {
  const relay = await startRelay(t)
  await relay.stop()
  const dataDir = path.join(relay.dataDir, 'not', 'there yet')
  const other = await startRelay(t, { settings: { 'FileStore:Path': dataDir } })
  const client = await joinClient(t, other, 'made')
  client.text.insert(0, 'made')
  const witness = await joinClient(t, other, 'made')
  await converged([client, witness])
  assert.notEqual(filesIn(dataDir).length, 0)
})
