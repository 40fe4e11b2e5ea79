// The real servers that nodes share, each on a free loopback port and in a temporary folder, with the faults that their
// nights are made of.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, statSync, truncateSync } from 'node:fs'
import { connect } from 'node:net'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Line } from '../clients/line.mjs'
import { freePort, temporaryDirectory } from '../clients/relay.mjs'
import { inTime, patience, waitFor } from '../clients/wait.mjs'

const run = promisify(execFile)
const servers = fileURLToPath(new URL('../servers/', import.meta.url))
const running = new Set()
process.on('exit', () => { for (const child of running) child.kill('SIGKILL') })

/** A server process that can be killed, stalled and started again on the same port. */
class Server {
  #child = null
  output = []

  async spawn (command, args, env = {}) {
    const child = spawn(command, args, {
      env: { ...process.env, RELAY_SERVER_STDIN: '1', ...env },
      stdio: ['pipe', 'pipe', 'pipe']
    })
    running.add(child)
    this.#child = child
    this.ended = once(child, 'close').then(() => running.delete(child))
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => this.output.push(line))
    child.on('error', (error) => this.output.push(String(error)))
  }

  async kill () {
    this.#child.kill('SIGKILL')
    await this.ended
  }

  /** Runs on, and does not keep this process. */
  letGo () {
    for (const handle of [this.#child, this.#child.stdin, this.#child.stdout, this.#child.stderr]) handle.unref()
  }

  /** It keeps its connections and does nothing. */
  stall () { this.#child.kill('SIGSTOP') }

  resume () { this.#child.kill('SIGCONT') }

  get lastWords () { return this.output.slice(-20).join('\n') }
}

/** One redis-server. */
export class Redis extends Server {
  #args

  /**
   * @param {{ after: Function }} t the test; the server is killed when it is over
   * @param {object} [options]
   * @param {boolean} [options.aof] whether it keeps its data over a restart
   * @param {string[]} [options.args] further arguments
   */
  static async start (t, { aof = false, args = [] } = {}) {
    const redis = new Redis()
    redis.directory = temporaryDirectory()
    t.after(() => redis.kill())
    for (let attempt = 1; ; attempt++) {
      redis.port = await freePort()
      redis.#args = [
        '--port',
        redis.port,
        '--bind',
        '127.0.0.1',
        '--dir',
        redis.directory,
        '--save',
        '',
        '--appendonly',
        aof ? 'yes' : 'no',
        '--appendfsync',
        'always',
        '--repl-diskless-sync-delay',
        '0',
        ...args
      ].map(String)
      try {
        await redis.start()
        return redis
      } catch (error) {
        // Somebody else took the port between our look and the server's.
        if (attempt === 5 || !/already in use/i.test(redis.lastWords)) throw error
      }
    }
  }

  async start () {
    await this.spawn(process.env.RELAY_TEST_REDIS_SERVER ?? 'redis-server', this.#args)
    let hasEnded = false
    this.ended.then(() => { hasEnded = true })
    await waitFor(() => {
      if (hasEnded) throw new Error(`redis-server ended: ${this.lastWords}`)
      return this.answers()
    }, 'redis-server')
  }

  get configuration () { return `127.0.0.1:${this.port}` }

  async answers () { return await this.cli('ping').then((answer) => answer === 'PONG', () => false) }

  /** Runs a command and returns what it says, as text. */
  async cli (...args) {
    const { stdout } = await run(
      process.env.RELAY_TEST_REDIS_CLI ?? 'redis-cli',
      ['-p', String(this.port), ...args.map(String)],
      { timeout: patience }
    )
    return stdout.trimEnd()
  }

  /** Makes it a replica of another one, which it reaches at `port`, and waits until it has what that one has. */
  async follow (port) {
    await this.cli('replicaof', '127.0.0.1', port)
    await waitFor(
      async () => /master_link_status:up/.test(await this.cli('info', 'replication')),
      'a replica to be in step'
    )
  }

  /** While it is killed: its append-only file loses its end, as after a power cut between two flushes. */
  loseTail (bytes) {
    const directory = path.join(this.directory, 'appendonlydir')
    const file = path.join(directory, readdirSync(directory).filter((name) => name.endsWith('.incr.aof')).sort().at(-1))
    truncateSync(file, Math.max(0, statSync(file).size - bytes))
  }

  promote () { return this.cli('replicaof', 'no', 'one') }

  /** Kills the connections on which other nodes' entries arrive. */
  killSubscribers () { return this.cli('client', 'kill', 'type', 'pubsub') }
}

/**
 * Three servers that share all keys, each with so many replicas; the first one's configuration is enough for clients.
 */
export const startRedisCluster = async (t, { replicas = 0 } = {}) => {
  // By default the second port is the first one plus 10,000, among those that outgoing connections use.
  const args = async () => [
    '--cluster-enabled',
    'yes',
    '--cluster-node-timeout',
    '2000',
    '--cluster-port',
    await freePort()
  ]
  const count = 3 * (1 + replicas)
  const members = await Promise.all(Array.from({ length: count }, async () => Redis.start(t, { args: await args() })))
  const addresses = members.map((member) => member.configuration)
  await members[0].cli('--cluster', 'create', ...addresses, '--cluster-replicas', replicas, '--cluster-yes')
  await waitFor(async () => {
    const states = await Promise.all(members.map((member) => member.cli('cluster', 'info')))
    return states.every((state) => state.includes('cluster_state:ok') && state.includes(`cluster_known_nodes:${count}`))
  }, 'all servers to be one cluster')
  await waitFor(async () => {
    const roles = await Promise.all(members.map((member) => member.cli('info', 'replication')))
    return roles.every((role) => /master_link_status:up/.test(role) || role.includes(`connected_slaves:${replicas}`))
  }, 'all replicas to be in step')
  return { members, configuration: addresses.join(',') }
}

/** DynamoDB, for one test, on a folder of its own, so that it can be killed and started again with what it knew. */
export class DynamoDb extends Server {
  static async start (t) {
    const dynamoDb = new DynamoDb()
    dynamoDb.directory = temporaryDirectory()
    dynamoDb.port = await freePort()
    t.after(() => dynamoDb.kill())
    await dynamoDb.start()
    return dynamoDb
  }

  async start () {
    const first = this.output.length
    await this.spawn(process.execPath, [path.join(servers, 'dynamodb.mjs'), String(this.port), this.directory])
    await waitFor(
      () => this.output.slice(first).some((line) => line.startsWith('ready ')),
      `dynalite: ${this.lastWords}`
    )
  }

  get url () { return `http://127.0.0.1:${this.port}` }
}

let s3

/** The address of the S3 gateway: one for all tests, because it takes long to start. */
export const s3Address = async () => {
  if (process.env.RELAY_TEST_S3) return process.env.RELAY_TEST_S3
  s3 ??= (async () => {
    const gateway = new Server()
    await gateway.spawn('bash', [path.join(servers, 's3.sh'), temporaryDirectory()])
    const ready = await waitFor(
      () => gateway.output.find((line) => line.startsWith('ready ')),
      `the S3 gateway: ${gateway.lastWords}`,
      4 * patience
    )
    gateway.letGo()
    return ready.slice('ready '.length)
  })()
  return s3
}

/** A line to a Redis server, as one node's network. */
export const lineTo = async (t, redis) => {
  const line = await Line.toPort(() => redis.port)
  t.after(() => line.takeDown())
  return line
}

/** A server that accepts connections and never says a word. */
export const startSilentServer = async (t) => {
  const { createServer } = await import('node:net')
  const server = createServer(() => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return `127.0.0.1:${server.address().port}`
}

/** Whether anybody listens there. */
export const listens = (port) => inTime(new Promise((resolve) => {
  const socket = connect(port, '127.0.0.1')
  socket.on('connect', () => { socket.destroy(); resolve(true) }).on('error', () => resolve(false))
}), 'an answer from a port')
