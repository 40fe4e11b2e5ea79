import { byId, setText } from '../dom'
import { bytes, count, perSecond, printable } from '../format'
import { Table } from '../table'
import type { LiveRoom, View } from '../view'
import { addressOf } from './address'

/** The busiest rooms of this moment. */
export class LiveRooms {
  readonly #table = new Table<LiveRoom>('The busiest live rooms', [
    { title: 'Room', cell: ({ name }) => ({ text: printable(name), title: printable(name), href: addressOf(name) }) },
    { title: 'Connections', isNumber: true, cell: ({ connections }) => count(connections) },
    { title: 'Updates', isNumber: true, cell: ({ updatesPerSecond }) => perSecond(count(updatesPerSecond)) },
    { title: 'Traffic', isNumber: true, cell: ({ bytesPerSecond }) => perSecond(bytes(bytesPerSecond)) },
    { title: 'Size', isNumber: true, cell: ({ bytes: size }) => size === 0 ? '–' : bytes(size) },
    { title: 'Nodes', isNumber: true, cell: ({ nodes }) => ({ text: count(nodes.length), title: nodes.join(', ') }) }
  ], ({ name }) => name)

  constructor () {
    byId('live-rooms').append(this.#table.element)
  }

  show ({ rooms, totals }: View): void {
    const wanted = byId<HTMLInputElement>('search').value.trim().toLowerCase()
    const found = rooms.filter(({ name }) => name.toLowerCase().includes(wanted))
    this.#table.show(found)
    byId('no-live-rooms').hidden = found.length > 0
    setText(
      byId('no-live-rooms'),
      rooms.length === 0 ? 'Nobody has a document open.' : 'None of the busiest live rooms has such a name.'
    )
    setText(
      byId('live-rooms-count'),
      totals.rooms > rooms.length
        ? `The ${rooms.length} busiest of ${totals.areRoomsExact ? '' : 'at most '}${count(totals.rooms)}.`
        : ''
    )
  }
}
