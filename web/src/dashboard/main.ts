import { takeToken } from '../demo/token'
import { Api } from './api'
import { showConnection } from './connection-status'
import { watchDay } from './day'
import { Events } from './events'
import { Headline } from './headline'
import { Jobs } from './jobs'
import { Nodes } from './nodes'
import { shownRoom } from './rooms/address'
import { RoomPage } from './rooms/room-page'
import { Rooms } from './rooms/rooms'
import { Services } from './services'
import { TokenForm } from './token-form'

const api = new Api(takeToken())
hideToken()

const headline = new Headline()
const services = new Services()
const nodes = new Nodes(api)
const rooms = new Rooms(api)
const room = new RoomPage(api)
const jobs = new Jobs(api)

let begun = false
const events = new Events(api, (view) => {
  headline.show(view)
  services.show(view)
  nodes.show(view)
  rooms.show(view)
  room.show(view)
  if (begun) return
  // With a token that does, or where none is needed.
  begun = true
  room.open(shownRoom())
  void nodes.watchPast()
  void watchDay(api)
  void jobs.watch()
}, (state) => {
  showConnection(state)
  form.show(state)
})
const form = new TokenForm(api, () => events.retry())
void events.run()

/** Takes the token out of the address bar, so that it is in no link that people share; the document stays there. */
function hideToken (): void {
  const hash = new URLSearchParams(location.hash.slice(1))
  if (!hash.has('token')) return
  hash.delete('token')
  history.replaceState(null, '', `${location.pathname}${location.search}${hash.size > 0 ? `#${hash}` : ''}`)
}
