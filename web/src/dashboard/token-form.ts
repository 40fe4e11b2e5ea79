import type { Api } from './api'
import { byId, setText } from './dom'
import type { StreamState } from './events'

/** Asks for a token where there is none, or where the node refuses it. It is kept for this tab only. */
export class TokenForm {
  readonly #form = byId<HTMLFormElement>('token-form')
  readonly #field = byId<HTMLInputElement>('token')

  constructor (api: Api, onToken: () => void) {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      const token = this.#field.value.trim()
      if (token === '') return
      api.use(token)
      try {
        sessionStorage.setItem('relay.token', token)
      } catch {
        // Then it lasts as long as the page.
      }
      this.#field.value = ''
      onToken()
    })
  }

  show (state: StreamState): void {
    const isRefused = state.kind === 'refused'
    byId('content').hidden = isRefused
    this.#form.hidden = !isRefused
    if (!isRefused) return
    setText(
      byId('token-said'),
      state.hadToken
        ? `The node refused this token: ${state.reason}`
        : 'This dashboard needs a token of an administrator.'
    )
    this.#field.focus()
  }
}
