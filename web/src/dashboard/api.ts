/** What a node refused, in its words (RFC 9457). */
export class Refusal extends Error {
  constructor (readonly status: number, message: string) { super(message) }

  /** Another token may do. */
  get isAboutToken (): boolean { return this.status === 401 || this.status === 403 }

  /** This node keeps no metadata of rooms. */
  get isNotKept (): boolean { return this.status === 501 }
}

/** Requests to the node that served this page; beside the page, so that a proxy may put both below a path. */
export class Api {
  constructor (private token: string | null) {}

  get hasToken (): boolean { return this.token !== null }

  use (token: string | null): void { this.token = token }

  async ask (
    path: string,
    { method = 'GET', signal }: { method?: string, signal?: AbortSignal } = {}
  ): Promise<Response> {
    const answer = await fetch(new URL(path, location.href), {
      method,
      cache: 'no-store',
      headers: this.token === null ? {} : { Authorization: `Bearer ${this.token}` },
      ...(signal === undefined ? {} : { signal })
    })
    if (answer.ok) return answer
    const problem: unknown = await answer.json().catch(() => null)
    const detail =
      typeof problem === 'object' && problem !== null && 'detail' in problem
        ? String(problem.detail)
        : `The node answered with ${answer.status}.`
    throw new Refusal(answer.status, detail)
  }

  async get<T> (path: string): Promise<T> {
    return await (await this.ask(path, { signal: AbortSignal.timeout(15_000) })).json() as T
  }

  /** A document's name as one part of a path. */
  static part (name: string): string { return encodeURIComponent(name) }
}
