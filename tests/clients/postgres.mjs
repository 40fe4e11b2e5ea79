// A real Postgres, for the tests of document metadata: on a free loopback port and in a temporary folder.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { temporaryDirectory } from './relay.mjs'
import { patience, waitFor } from './wait.mjs'

const script = fileURLToPath(new URL('../servers/postgres.sh', import.meta.url))
const running = new Set()
process.on('exit', () => { for (const child of running) child.kill('SIGKILL') })

const isInstalled = () =>
  existsSync('/usr/lib/postgresql') ||
  process.env.PATH.split(':').some((folder) => existsSync(path.join(folder, 'initdb')))

/** Why tests that need it are skipped; false where they run. In CI nothing is skipped. */
export const withoutPostgres =
  process.env.CI !== 'true' && !isInstalled() && 'PostgreSQL is not installed; ./test.sh installs it on Debian.'

export class Postgres {
  #child = null
  output = []

  /** @param {{ after: Function }} t the test; the server is killed when it is over */
  static async start (t) {
    const postgres = new Postgres()
    postgres.directory = path.join(temporaryDirectory(), 'server')
    postgres.port = 0
    t.after(() => postgres.kill())
    await postgres.start()
    return postgres
  }

  /** Starts it, or starts it again with all that it had. */
  async start () {
    const child = spawn('bash', [script, this.directory, String(this.port)], {
      env: { ...process.env, RELAY_SERVER_STDIN: '1' },
      stdio: ['pipe', 'pipe', 'pipe']
    })
    running.add(child)
    this.#child = child
    this.ended = once(child, 'close').then(() => running.delete(child))
    const first = this.output.length
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => this.output.push(line))
    const isReady = (line) => line.startsWith('ready ')
    const ready = await waitFor(() => this.output.slice(first).find(isReady), 'Postgres', 4 * patience)
    this.port = Number(new URL(ready.slice('ready '.length)).port)
  }

  /** What a node is given. */
  get connectionString () { return this.withDatabase('postgres') }

  withDatabase (name) { return `Host=127.0.0.1;Port=${this.port};Username=postgres;Database=${name}` }

  /** Runs statements, and returns what they say as text. */
  async run (sql) {
    const programs = existsSync('/usr/lib/postgresql')
      ? readdirSync('/usr/lib/postgresql')
          .map((version) => `/usr/lib/postgresql/${version}/bin/psql`)
          .find(existsSync)
      : undefined
    const { stdout } = await promisify(execFile)(programs ?? 'psql', [
      '-h',
      '127.0.0.1',
      '-p',
      String(this.port),
      '-U',
      'postgres',
      '-v',
      'ON_ERROR_STOP=1',
      '-qAt',
      '-c',
      sql
    ])
    return stdout.trim()
  }

  /** It keeps its connections and does nothing, and so do the processes that serve them. */
  stall () { this.#signal('SIGSTOP') }

  resume () { this.#signal('SIGCONT') }

  async kill () {
    this.#signal('SIGKILL')
    await this.ended
  }

  #signal (signal) {
    const { pid } = this.#child
    let children = []
    try {
      // So that no further one begins meanwhile.
      process.kill(pid, 'SIGSTOP')
      children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
        readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
      )
    } catch {
      // It is gone.
    }
    for (const id of [pid, ...children]) {
      try {
        process.kill(id, signal)
      } catch {
        // That one is gone.
      }
    }
  }
}
