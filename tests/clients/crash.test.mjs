// Kills a node in the middle of its work, again and again, and counts what is missing afterwards.
//
// Writers type as fast as their updates are acknowledged; observers only read. After the kill all of them are gone and
// cannot heal anything. Then a new client of the restarted node must already know all that they knew.
import assert from 'node:assert/strict'
import * as nodeTest from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import * as Y from 'yjs'
import { joinClient, waitFor } from './clients.mjs'
import { randomFrom, seed } from './random.mjs'
import { startRelay, temporaryDirectory } from './relay.mjs'
import { openRaw } from './wire.mjs'
import { Observer, Promised, Writer } from './witness.mjs'

const { test } = nodeTest
const rounds = Number(process.env.RELAY_TEST_ROUNDS ?? 10)

const crashRounds = async (t, settings) => {
  t.diagnostic(`RELAY_TEST_SEED=${seed} RELAY_TEST_ROUNDS=${rounds}`)
  const random = randomFrom(seed)
  const dataDir = temporaryDirectory()
  const relay = await startRelay(t, { dataDir, settings })
  const promised = new Map()
  let total = 0

  for (let round = 0; round < rounds; round++) {
    // Some documents are new, some have been through earlier crashes.
    const names = Array.from(
      { length: 2 },
      (_, index) => `crash-${random.integer(Math.max(0, round - 2), round)}-${index}`
    )
    const killAt = random.integer(1, random.pick([1, 30, 300]))
    let acknowledged = 0
    let reached
    const enough = new Promise((resolve) => { reached = resolve })
    const group = []
    for (const name of new Set(names)) {
      for (let index = 0; index < 3; index++) {
        const writer = new Writer(
          await openRaw(t, relay, name),
          `${round}.${index}`,
          random,
          random.pick([1, 4, 32]),
          () => {
            if (++acknowledged === killAt) reached()
          }
        )
        group.push([name, writer])
      }
      group.push([name, new Observer(await openRaw(t, relay, name))])
    }

    await waitFor(() => acknowledged >= killAt, `acknowledgement ${killAt}`)
    await enough
    const how = random.pick(['at work', 'at work', 'while it stops'])
    if (how === 'while it stops') relay.terminate()
    await pause(random.integer(0, 30))
    await relay.kill()
    await Promise.all(group.map(([, { raw }]) => raw.close()))

    for (const [name, observer] of group) {
      if (!promised.has(name)) promised.set(name, new Promised())
      promised.get(name).add(observer)
      observer.dispose()
    }
    await relay.start()
    const lost = []
    for (const name of new Set(names)) lost.push(...await lostIn(t, relay, name, promised.get(name)))
    total += acknowledged
    assert.deepEqual(lost, [], `round ${round}, killed ${how} after ${acknowledged} acknowledgements`)
  }

  // Later crashes must not have cost what earlier ones left.
  const lost = []
  for (const [name, what] of promised) lost.push(...await lostIn(t, relay, name, what))
  const edits = [...promised.values()].reduce((sum, what) => sum + what.edits.size, 0)
  t.diagnostic(`lost: ${lost.length} of ${edits} (acknowledged to their writers: ${total})`)
  assert.deepEqual(lost, [])
  assert.ok(edits >= total)
}

const lostIn = async (t, relay, name, what) => {
  const fresh = await joinClient(t, relay, name, { doc: new Y.Doc() })
  const lost = what.lostIn(fresh.doc)
  fresh.leave()
  return lost
}

test('a node that is killed under load loses nothing that was acknowledged or seen', (t) => crashRounds(t, {}))

test('a node that is killed while it saves, trims and frees documents loses nothing acknowledged or seen', (t) =>
  crashRounds(t, { 'Documents:SaveInterval': '00:00:00.100', 'Documents:IdleTimeout': '00:00:00.020' }))
