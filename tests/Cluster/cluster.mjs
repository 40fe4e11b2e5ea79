// Several nodes that are one relay: real processes on real services.
import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { freePort, startRelay, temporaryDirectory } from '../clients/relay.mjs'
import { Bucket, credentials } from './s3.mjs'
import { DynamoDb, Redis, s3Address } from './services.mjs'

/** Intervals short enough for tests; what is measured in them is the same code. */
const quick = {
  'Documents:IdleTimeout': '00:00:01',
  'Documents:SaveInterval': '00:00:05',
  'Shutdown:DrainTime': '00:00:00.500'
}

/**
 * Starts the services and the nodes.
 * @param {{ after: Function }} t the test
 * @param {object} [options]
 * @param {number} [options.nodes] how many
 * @param {string} [options.redis] a configuration of a Redis that is there already
 * @param {string} [options.s3] where the nodes find S3, if not directly
 * @param {Record<string, string | number | boolean>} [options.settings] settings of all nodes
 * @param {Record<string, string>} [options.env] environment of all nodes
 */
export const startCluster = async (t, { nodes = 2, redis, s3, settings = {}, env = {} } = {}) => {
  const [server, dynamoDb, address] = await Promise.all([redis ? null : Redis.start(t), DynamoDb.start(t), s3Address()])
  const bucket = new Bucket(address, `relay-${randomBytes(6).toString('hex')}`)
  const cluster = new Cluster(t, server, dynamoDb, bucket, {
    ...quick,
    'Redis:Configuration': redis ?? server.configuration,
    'DynamoDb:Table': 'relay',
    'DynamoDb:ServiceUrl': dynamoDb.url,
    'DynamoDb:Region': 'us-east-1',
    'S3:Bucket': bucket.name,
    'S3:ServiceUrl': s3 ?? address,
    'S3:Region': 'us-east-1',
    'Internal:Secret': 'a secret that only the nodes of this test know',
    ...settings
  }, { ...credentials, ...env })
  // One after the other: the first one makes the table and the bucket.
  for (let index = 0; index < nodes; index++) await cluster.add()
  return cluster
}

class Cluster {
  nodes = []
  #t
  #settings
  #env

  constructor (t, redis, dynamoDb, bucket, settings, env) {
    this.#t = t
    this.redis = redis
    this.dynamoDb = dynamoDb
    this.bucket = bucket
    this.#settings = settings
    this.#env = env
  }

  /** Starts one more node. */
  async add (settings = {}) {
    const port = await freePort()
    const node = await startRelay(this.#t, {
      dataDir: mkdtempSync(`${temporaryDirectory()}/node-`),
      settings: { ...this.#settings, 'Internal:Port': port, 'Node:Address': `127.0.0.1:${port}`, ...settings },
      env: this.#env
    })
    node.internal = `127.0.0.1:${port}`
    this.nodes.push(node)
    return node
  }
}
