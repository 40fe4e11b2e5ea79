import type { Connection } from './connection'
import type { Carets } from './editor/carets'
import { byId, element } from './dom'
import { maxNameLength, type People, type Person } from './people'

/** A crowd would push the text off the page. */
const maxShown = 12

/**
 * Shows who is here: our own name, which can be changed in place, and a button for every other person that leads to
 * their cursor.
 */
export function showPeople (people: People, carets: Carets, connection: Connection): void {
  const list = byId('people')
  const more = element('li', { className: 'more' })
  const chips = new Map<number, HTMLLIElement>()
  const input = byId<HTMLInputElement>('my-name')
  const mine = byId('me')

  input.maxLength = maxNameLength
  input.value = people.me.name
  input.addEventListener('input', () => people.rename(input.value))
  input.addEventListener('change', () => { input.value = people.me.name })
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') input.blur()
  })

  people.watch((all) => {
    const [me, ...others] = all as [Person, ...Person[]]
    paint(mine, me)

    const shown = others.slice(0, maxShown)
    const present = new Set(shown.map(({ clientId }) => clientId))
    for (const [clientId, chip] of chips) {
      if (present.has(clientId)) continue
      chip.remove()
      chips.delete(clientId)
    }
    for (const person of shown) {
      let chip = chips.get(person.clientId)
      if (chip === undefined) {
        chip = makeChip(() => carets.show(person.clientId))
        chips.set(person.clientId, chip)
        list.append(chip)
      }
      paint(chip, person)
    }

    more.textContent = `and ${others.length - shown.length} more`
    if (others.length > shown.length) list.append(more)
    else more.remove()
    count()
  })
  connection.watch(count)

  function count (): void {
    const { length } = people.all
    const said =
      length > 1 ? `${length} people are here` : connection.state.kind === 'synced' ? 'Nobody else is here yet' : ''
    const line = byId('people-count')
    line.classList.toggle('wide', length > 1)
    if (line.textContent !== said) line.textContent = said
  }
}

function makeChip (onClick: () => void): HTMLLIElement {
  const button = element('button', { type: 'button', className: 'chip' },
    element('span', { className: 'avatar', ariaHidden: 'true' }), element('span', { className: 'name' }))
  button.addEventListener('click', onClick)
  return element('li', {}, button)
}

function paint (chip: HTMLElement, { name, color, isMe }: Person): void {
  chip.style.setProperty('--person', color)
  chip.querySelector('.avatar')!.textContent = initials(name)
  if (isMe) return
  chip.querySelector('.name')!.textContent = name
  chip.querySelector('button')!.title = `Go to where ${name} is`
}

function initials (name: string): string {
  const words = name.split(/\s+/)
  const first = words.length > 1 ? [words[0], words.at(-1)] : [name]
  const letters = words.length > 1 ? first.map((word) => [...word!][0]) : [...name].slice(0, 2)
  return letters.join('').toUpperCase()
}
