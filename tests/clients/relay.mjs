// Starts real, built nodes for the tests: one process each, on a free loopback port, on a data directory of its own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { patience, waitFor } from './wait.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const dll = path.join(
  root,
  'src',
  'Relay',
  'bin',
  process.env.RELAY_TEST_CONFIGURATION ?? 'Release',
  'net10.0',
  'Relay.dll'
)

// Another program that speaks as a node does, e.g. 'docker run …' or a build elsewhere; split at spaces.
export const command = process.env.RELAY_TEST_NODE?.split(' ') ?? ['dotnet', dll]

// Stopping spreads the closes over this time: long enough for more than one step, short enough for tests.
const defaults = { 'Shutdown:DrainTime': '00:00:00.300' }

const running = new Set()
const started = []
const directories = []

process.on('exit', (code) => {
  for (const child of running) child.kill('SIGKILL')
  for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
  if (code !== 0 || process.exitCode) {
    for (const relay of started) {
      console.error(`--- what the node at ${relay.url} said last\n${relay.lastWords}`)
    }
  }
})

/** A new empty directory, gone when the process ends: not sooner, because a node may still be stopping. */
export const temporaryDirectory = () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'relay-'))
  directories.push(directory)
  return directory
}

/**
 * Starts a node and waits until it is ready.
 * @param {{ after: Function }} t the test, or the module `node:test`: when it is over, the node is stopped and must
 *   exit with code 0
 * @param {object} [options]
 * @param {string} [options.dataDir] the directory of the embedded stores; default: a temporary one
 * @param {Record<string, string | number | boolean>} [options.settings] settings below `Relay:`, e.g. `{
 *   'Documents:IdleTimeout': '00:00:01' }`
 * @param {Record<string, string>} [options.env] environment on top of this process's; the default environment name is
 *   Development
 * @param {'ready' | 'live'} [options.awaited] which of its health addresses is waited for
 * @param {number} [options.openFiles] how many open files it may have; default: as many as this process
 * @param {string[]} [options.within] a program that runs the node, with its arguments
 */
export const startRelay = async (t, options = {}) => {
  const { dataDir, settings = {}, env = {}, awaited = 'ready', openFiles, within = [] } = options
  const relay = new RelayProcess(dataDir ?? temporaryDirectory(), settings, env, awaited)
  relay.openFiles = openFiles
  relay.within = within
  started.push(relay)
  t.after(() => relay.dispose())
  await relay.start()
  return relay
}

/**
 * Runs a node that is expected not to start.
 * @returns {Promise<{ code: number | null, output: string }>} its exit code and all that it said
 */
export const runRefusedRelay = async (t, { dataDir, settings = {}, env = {}, port } = {}) => {
  const relay = new RelayProcess(dataDir ?? temporaryDirectory(), settings, env, 'ready', port)
  t.after(() => relay.kill())
  try {
    await relay.start()
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    return { code: error.code, output: relay.logs.join('\n') }
  }
  throw new Error(`The node started, although it should have refused.\n${relay.lastWords}`)
}

class StartError extends Error {
  constructor (message, code) {
    super(message)
    this.code = code
  }
}

class RelayProcess {
  #child = null
  #exited = null
  #port
  logs = []
  within = []

  constructor (dataDir, settings, env, awaited = 'ready', port = 0) {
    this.#port = port
    this.awaited = awaited
    this.dataDir = dataDir
    this.settings = settings
    this.env = env
  }

  /** `http://127.0.0.1:port` */
  get url () { return `http://127.0.0.1:${this.#port}` }

  /** `ws://127.0.0.1:port` */
  get ws () { return `ws://127.0.0.1:${this.#port}` }

  /** What y-websocket providers take as server URL. */
  get yjs () { return `${this.ws}/yjs` }

  /** The end of what it said, for messages. */
  get lastWords () { return this.logs.slice(-40).join('\n') }

  /**
   * Waits until it has said this, so many times: its lines come after what it does, because it writes them in the
   * background.
   */
  says (text, times = 1) {
    const hasSaid = () => this.logs.filter((line) => line.includes(text)).length >= times
    return waitFor(hasSaid, `the node to say "${text}"`)
  }

  get running () { return this.#child !== null }

  get pid () { return this.#child?.pid }

  async start () {
    for (let attempt = 1; ; attempt++) {
      const chosen = this.#port === 0
      if (chosen) this.#port = await freePort()
      const first = this.logs.length
      try {
        return await this.#startOnce()
      } catch (error) {
        // Somebody else took the port between our look and the node's.
        const taken = this.logs.slice(first).some((line) => /address already in use|EADDRINUSE/i.test(line))
        if (!taken || !chosen || attempt === 5) throw error
        this.#port = 0
      }
    }
  }

  async #startOnce () {
    const settings = { 'FileStore:Path': this.dataDir, ...defaults, ...this.settings }
    const limited = ['sh', '-c', `ulimit -n ${this.openFiles} && exec "$@"`, 'sh', ...command]
    const program = [...this.within, ...(this.openFiles === undefined ? command : limited)]
    const child = spawn(
      program[0],
      [
        ...program.slice(1),
        '--urls',
        this.url,
        ...Object.entries(settings).flatMap(([key, value]) => [`--Relay:${key}`, String(value)])
      ],
      {
        cwd: this.dataDir,
        env: {
          ...process.env,
          ASPNETCORE_ENVIRONMENT: 'Development',
          DOTNET_ENVIRONMENT: 'Development',
          DOTNET_NOLOGO: '1',
          ...this.env
        },
        stdio: ['ignore', 'pipe', 'pipe']
      }
    )
    running.add(child)
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.logs.push(line))
    }
    // 'close' and not 'exit': then all that it said has been read as well.
    this.#exited = once(child, 'close').then(([code, signal]) => {
      running.delete(child)
      if (this.#child === child) this.#child = null
      return { code, signal }
    })
    await this.#ready()
  }

  async #ready () {
    const deadline = Date.now() + 2 * patience
    let exit = null
    this.#exited.then((value) => { exit = value }, (error) => { exit = { code: null, error } })
    while (exit === null) {
      try {
        const answer = await fetch(`${this.url}/health/${this.awaited}`, { signal: AbortSignal.timeout(5000) })
        await answer.arrayBuffer()
        if (answer.status === 200) return
      } catch {
        // It does not listen yet.
      }
      if (Date.now() > deadline) {
        await this.kill()
        throw new Error(`The node was not ready in time.\n${this.lastWords}`)
      }
      await pause(25)
    }
    if (command[0] === 'dotnet' && !existsSync(dll)) throw new Error('The node is not built: dotnet build -c Release')
    throw new StartError(`The node ended before it was ready (code ${exit.code}).\n${this.lastWords}`, exit.code)
  }

  /** Asks it to stop (SIGTERM), waits, and returns its exit code. */
  async stop () {
    if (this.#child === null) return 0
    this.#child.kill('SIGCONT')
    this.#child.kill('SIGTERM')
    const exit = await Promise.race([this.#exited, pause(2 * patience, null, { ref: false })])
    if (exit === null) {
      await this.kill()
      throw new Error('The node did not stop in time after SIGTERM.')
    }
    return exit.code ?? exit.signal
  }

  /** Asks it to stop and does not wait. */
  terminate () { this.#child?.kill('SIGTERM') }

  /** Ends it at once (SIGKILL), as a crash would. */
  async kill () {
    if (this.#child === null) return
    this.#child.kill('SIGKILL')
    await this.#exited
  }

  /** It keeps its connections and does nothing (SIGSTOP), as a machine does that sleeps. */
  stall () { this.#child.kill('SIGSTOP') }

  resume () { this.#child?.kill('SIGCONT') }

  /** Starts it again on the same port and the same directory; stops it first if it runs. */
  async restart (settings = this.settings) {
    await this.stop()
    this.settings = settings
    await this.start()
  }

  /** Ends it when its test is over; a node that does not stop cleanly fails the test. */
  async dispose () {
    const code = await this.stop()
    if (code !== 0) throw new Error(`The node stopped with ${code} instead of 0.`)
  }
}

// Below the range from which the system takes the ports of outgoing connections: while a node is down, no client's
// socket can sit on its port.
export const freePort = async () => {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 15000 + Math.floor(Math.random() * 15000)
    const server = createServer()
    const free = await new Promise((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
    })
    if (free) return port
  }
  throw new Error('No free port was found.')
}
