import { Api, Refusal } from './api'
import { byId, setText, signs } from './dom'
import { momentOf, printable, span } from './format'
import { addressOf } from './rooms/address'
import { Table, type Cell } from './table'
import type { Job } from './view'

const againMs = 3000
const maxShown = 50

const states: Record<Job['state'], Cell> = {
  available: {
    text: `${signs.busy} waits`,
    tone: 'quiet',
    title: 'Whoever has it open will save it; if nobody does, another node will.'
  },
  claimed: { text: `${signs.busy} a node is at it`, tone: 'busy' },
  retried: { text: `${signs.busy} failed, is tried again`, tone: 'busy' },
  stalled: {
    text: `${signs.bad} stalled`,
    tone: 'bad',
    title: 'It failed again and again, and is tried at long intervals only. Nothing is lost: the log has it.'
  }
}

/** Documents with changes that no snapshot covers yet; those that cannot be saved have a button. */
export class Jobs {
  readonly #table = new Table<Job>(
    'Documents that failed to be saved',
    [
      {
        title: 'Room',
        cell: ({ document }) => ({ text: printable(document), title: printable(document), href: addressOf(document) })
      },
      { title: 'State', cell: ({ state }) => states[state] ?? state },
      { title: 'Attempts', isNumber: true, cell: ({ attempts }) => String(attempts) },
      {
        title: 'Next',
        isNumber: true,
        cell: ({ dueAt }) => ({
          text: Date.parse(dueAt) > Date.now() ? `in ${span(Date.parse(dueAt) - Date.now())}` : 'soon',
          title: momentOf(dueAt)
        })
      },
      { title: 'Why', cell: ({ problem }) => problem ?? '' },
      {
        title: 'Action',
        isNumber: true,
        cell: ({ document }) => ({
          text: this.#asking.has(document) ? 'Saving…' : 'Save now',
          button: () => {
            void this.#retry(document)
          }
        })
      }
    ],
    ({ document }) => document
  )

  readonly #asking = new Set<string>()
  #failed: Job[] = []

  constructor (private readonly api: Api) {
    byId('jobs').append(this.#table.element)
  }

  async watch (): Promise<never> {
    for (;;) {
      await this.#load()
      await new Promise((resolve) => setTimeout(resolve, againMs))
    }
  }

  async #load (): Promise<void> {
    try {
      const { jobs } = await this.api.get<{ jobs: Job[] }>('api/jobs')
      this.#failed = jobs.filter(({ state, attempts }) => state === 'stalled' || attempts > 0)
      const waiting = jobs.length - this.#failed.length
      const stalled = this.#failed.filter(({ state }) => state === 'stalled').length
      const sentences = [
        jobs.length === 0 ? `${signs.good} Every change is in a snapshot.` : '',
        stalled > 0
          ? `${signs.bad} ${stalled} ${stalled === 1 ? 'document cannot' : 'documents cannot'} be saved.`
          : '',
        waiting > 0
          ? `${waiting}${jobs.length === 1000 ? ' or more' : ''} ` +
            `${waiting === 1 ? 'document has' : 'documents have'} changes that wait for their next snapshot, as usual.`
          : ''
      ]
      setText(byId('jobs-note'), sentences.filter(Boolean).join(' '))
    } catch (error) {
      setText(byId('jobs-note'), error instanceof Refusal ? error.message : 'The jobs cannot be read at the moment.')
    }
    this.#show()
  }

  async #retry (document: string): Promise<void> {
    if (this.#asking.has(document)) return
    this.#asking.add(document)
    this.#show()
    try {
      const { status } = await this.api.ask(`api/jobs/${Api.part(document)}/retry`, {
        method: 'POST',
        signal: AbortSignal.timeout(30_000)
      })
      this.#say(
        status === 204
          ? `${printable(document)} is saved.`
          : `${printable(document)} is open, or takes its time; it is saved when it can be.`
      )
    } catch (error) {
      this.#say(error instanceof Refusal ? `${printable(document)}: ${error.message}` : 'The node did not answer.')
    }
    this.#asking.delete(document)
    await this.#load()
  }

  #show (): void {
    this.#table.show(this.#failed.slice(0, maxShown))
    byId('jobs').hidden = this.#failed.length === 0
  }

  #say (text: string): void { setText(byId('jobs-said'), text) }
}
