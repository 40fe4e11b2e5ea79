// Faults and people drawn from a seed, only such sets of faults as the promise covers: any failure of nodes while Redis
// keeps its data, or any loss of Redis's data while the nodes live. RELAY_TEST_SECONDS sets how long each run takes,
// RELAY_TEST_SEED plays one again (as far as real processes let it).
import { setTimeout as pause } from 'node:timers/promises'
import { waitFor } from '../clients/clients.mjs'
import { randomFrom, seed } from '../clients/random.mjs'
import { startCluster } from './cluster.mjs'
import { assertNothingLost, Party } from './party.mjs'
import { Gateway } from './s3.mjs'
import { Redis, s3Address } from './services.mjs'
import { test } from './test.mjs'

const seconds = Number(process.env.RELAY_TEST_SECONDS ?? 10)

/** One document, with those who are at work on it now and all that was ever promised about it. */
class Document {
  constructor (t, name, random) {
    this.t = t
    this.name = name
    this.random = random
    this.party = new Party(t, name, random)
  }

  /** Whoever lost their connection stays away; others come. */
  async gather (nodes) {
    for (const node of nodes) {
      if (this.random.next() < 0.7)
        await this.party.join(node, { writers: 1, observers: 1, window: this.random.pick([1, 4, 16]) })
    }
    if (this.party.alive === 0) await this.party.join(this.random.pick(nodes), { writers: 1 })
  }
}

const faults = {
  nodes: {
    'kill a node': async ({ nodes, random }) => {
      const node = random.pick(nodes)
      await node.kill()
      await pause(random.integer(0, 300))
      await node.start()
    },
    'kill all nodes': async ({ nodes }) => {
      await Promise.all(nodes.map((node) => node.kill()))
      await Promise.all(nodes.map((node) => node.start()))
    },
    'stop a node': ({ nodes, random }) => random.pick(nodes).restart(),
    'stall a node': async ({ nodes, random }) => {
      const node = random.pick(nodes)
      node.stall()
      await pause(random.integer(100, 3000))
      node.resume()
    }
  },
  redis: {
    'flush Redis': ({ redis }) => redis.cli('flushall'),
    'kill Redis, its data lost': async ({ redis, random }) => {
      await redis.kill()
      await pause(random.integer(0, 3000))
      await redis.start()
    },
    'stall Redis': async ({ redis, random }) => {
      redis.stall()
      await pause(random.integer(100, 4000))
      redis.resume()
    }
  },
  both: {
    'kill the subscriptions': ({ redis }) => redis.killSubscribers(),
    'flush the scripts': ({ redis }) => redis.cli('script', 'flush'),
    'refuse snapshots': async ({ gateway, random }) => {
      gateway.refusesWrites = true
      await pause(random.integer(100, 2000))
      gateway.refusesWrites = false
    },
    'kill the locator': async ({ dynamoDb, random }) => {
      await dynamoDb.kill()
      await pause(random.integer(0, 1000))
      await dynamoDb.start()
    }
  }
}

const run = async (t, kind, keepsData) => {
  t.diagnostic(`RELAY_TEST_SEED=${seed} RELAY_TEST_SECONDS=${seconds}`)
  const random = randomFrom(seed)
  const redis = await Redis.start(t, { aof: keepsData })
  const gateway = await Gateway.start(t, await s3Address())
  const cluster = await startCluster(t, {
    nodes: random.pick([2, 2, 3]),
    redis: redis.configuration,
    s3: gateway.url,
    settings: {
      'Documents:SaveInterval': random.pick(['00:00:00.200', '00:00:01', '00:01:00']),
      'Documents:IdleTimeout': random.pick(['00:00:00', '00:00:01'])
    }
  })
  const { nodes, dynamoDb } = cluster
  const world = { nodes, dynamoDb, redis, gateway, random }
  const documents = ['a', 'b', 'c'].map((name) => new Document(t, name, random))
  const possible = { ...faults[kind], ...faults.both }
  const history = []
  const end = Date.now() + seconds * 1000
  try {
    while (Date.now() < end) {
      for (const document of documents) await document.gather(nodes)
      await Promise.all(documents.map(({ party }) => party.progress(random.integer(1, 60))))
      const name = random.pick(Object.keys(possible))
      history.push(name)
      await possible[name](world)
      if (random.next() < 0.3) {
        // They are at work while a newcomer looks: it must find what was promised before it came.
        const { party, name: document } = random.pick(documents)
        await assertNothingLost(t, [random.pick(nodes)], document, party.promised)
      }
      if (random.next() < 0.2) {
        const document = random.pick(documents)
        await document.party.end()
        await waitFor(() => document.party.alive === 0, 'everybody to be gone')
      }
    }
    for (const { party, name } of documents) await assertNothingLost(t, nodes, name, await party.end())
  } finally {
    t.diagnostic(history.join(', '))
  }
}

test('random failures of nodes lose nothing that was acknowledged or seen', (t) => run(t, 'nodes', true))

test('random losses of what Redis has lose nothing that was acknowledged or seen', (t) => run(t, 'redis', false))
