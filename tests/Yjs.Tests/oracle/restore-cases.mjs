import * as Y from 'yjs'

/**
 * A document that one client (id 1) writes, and another one (id 2) changes; then each writes on without knowing of a
 * restore.
 */
const restorable = (write, change, goOn = () => {}, gc = true) => {
  const doc = document(1, gc)
  write(doc)
  const older = Y.encodeStateAsUpdate(doc)
  const other = document(2, gc)
  Y.applyUpdate(other, older)
  change(other, doc)
  Y.applyUpdate(other, Y.encodeStateAsUpdate(doc))
  const present = Y.encodeStateAsUpdate(other)
  const later = []
  for (const [client, id] of [[other, 0], [document(3, gc), 1]]) {
    Y.applyUpdate(client, present)
    client.on('update', update => later.push(update))
    goOn(client, id)
  }
  return { older, present, later }
}

const document = (id, gc) => {
  const doc = new Y.Doc({ gc, guid: 'main' })
  doc.clientID = id
  return doc
}

const paragraph = (text) => {
  const element = new Y.XmlElement('p')
  element.setAttribute('id', text)
  element.insert(0, [new Y.XmlText(text)])
  return element
}

export const cases = {
  text: () => restorable(
    doc => doc.getText('text').insert(0, 'one two three four'),
    doc => {
      const text = doc.getText('text')
      text.delete(4, 4)
      text.insert(4, 'zwei ')
      text.delete(0, 2)
      text.insert(text.length, '!')
    },
    (doc, id) => doc.getText('text').insert(3, `<${id}>`)),

  emptied: () =>
    restorable(
      (doc) => doc.getText('text').insert(0, 'all of this'),
      (doc) => doc.getText('text').delete(0, 11),
      (doc, id) => doc.getText('text').insert(0, `${id}`)
    ),

  formats: () => restorable(
    doc => {
      doc.getText('text').insert(0, 'plain bold link plain')
      doc.getText('text').format(6, 4, { bold: true })
      doc.getText('text').format(11, 4, { link: { href: 'a' } })
    },
    doc => {
      const text = doc.getText('text')
      text.format(0, 8, { bold: null })
      text.format(13, 6, { link: null, italic: true })
      text.delete(4, 8)
      text.insert(0, 'new ', { italic: true })
    },
    doc => doc.getText('text').format(2, 6, { bold: true })),

  embeds: () => restorable(
    doc => {
      doc.getText('text').insert(0, 'ab')
      doc.getText('text').insertEmbed(1, { image: 'x.png' }, { width: 3 })
      doc.getText('text').setAttribute('lang', 'en')
    },
    doc => {
      doc.getText('text').delete(0, 2)
      doc.getText('text').setAttribute('lang', 'de')
      doc.getText('text').setAttribute('dir', 'rtl')
    }),

  lists: () => restorable(
    doc => doc.getArray('array').push([1, 'two', { three: 3 }, [4], null, new Uint8Array([5]), 6, 7]),
    doc => {
      const array = doc.getArray('array')
      array.delete(5, 2)
      array.delete(1, 2)
      array.insert(2, ['between'])
      array.push([8])
    },
    (doc, id) => doc.getArray('array').insert(1, [`by ${id}`])),

  keys: () =>
    restorable(
      (doc) => {
        const map = doc.getMap('map')
        for (const [key, value] of [
          ['kept', 1],
          ['changed', 'old'],
          ['deleted', true],
          ['type', new Y.Map([['x', 1]])]
        ])
          map.set(key, value)
        map.set('changed', 'older')
      },
      (doc) => {
        const map = doc.getMap('map')
        map.set('changed', 'new')
        map.set('changed', 'newer')
        map.delete('deleted')
        map.set('added', 1)
        map.set('type', 'no type')
      },
      (doc) => doc.getMap('map').set('changed', 'meanwhile')
    ),

  keysOfBoth: () => restorable(
    doc => doc.getMap('map').set('key', 'first'),
    (other, doc) => {
      other.getMap('map').set('key', 'theirs')
      doc.getMap('map').set('key', 'ours')
      doc.getMap('map').set('key', 'ours again')
    }),

  xml: () => restorable(
    doc => doc.get('xml', Y.XmlFragment).insert(0, [paragraph('one'), paragraph('two'), paragraph('three')]),
    doc => {
      const xml = doc.get('xml', Y.XmlFragment)
      xml.get(1).get(0).insert(0, 'in it ')
      xml.delete(1, 1)
      xml.get(0).setAttribute('id', 'changed')
      xml.get(0).get(0).delete(0, 2)
      xml.insert(1, [paragraph('new')])
    },
    doc => doc.get('xml', Y.XmlFragment).insert(1, [paragraph('meanwhile')])),

  nested: () =>
    restorable(
      (doc) =>
        doc.getMap('map').set(
          'a',
          new Y.Map([
            ['list', Y.Array.from([new Y.Map([['deep', new Y.Text('deepest')]]), 'beside'])],
            ['hook', new Y.XmlHook('h')]
          ])
        ),
      (doc) => {
        const list = doc.getMap('map').get('a').get('list')
        list.get(0).get('deep').insert(0, 'changed ')
        list.delete(0, 2)
        doc.getMap('map').delete('a')
      }
    ),

  subdocuments: () => restorable(
    doc => doc.getMap('map').set('page', new Y.Doc({ guid: 'page-1', meta: { title: 'x' }, autoLoad: true })),
    doc => doc.getMap('map').set('page', new Y.Doc({ guid: 'page-2' }))),

  halvedCharacters: () => restorable(
    doc => doc.getText('text').insert(0, 'a😀b😀c😀d'),
    doc => {
      const text = doc.getText('text')
      text.delete(8, 1)
      text.delete(4, 1)
      text.insert(2, 'x')
    },
    doc => doc.getText('text').insert(2, 'y')),

  charactersAroundDeleted: () => restorable(
    doc => doc.getText('text').insert(0, '😀😀'),
    doc => {
      const text = doc.getText('text')
      text.insert(1, 'x')
      text.delete(0, 5)
    }),

  halvedThen: () => restorable(
    doc => {
      doc.getText('text').insert(0, 'a😀b😀')
      doc.getText('text').delete(1, 1)
      doc.getText('text').insert(4, '|')
    },
    doc => doc.getText('text').delete(0, 5)),

  keptDeletions: () => restorable(
    doc => {
      doc.getText('text').insert(0, 'one two')
      doc.getText('text').delete(0, 4)
      doc.getArray('array').push([new Y.Text('gone'), 1])
    },
    doc => {
      doc.getText('text').delete(0, 1)
      doc.getArray('array').delete(0, 1)
    },
    () => {}, false),

  wroteAtOnce: () => restorable(
    doc => doc.getText('text').insert(0, 'ab'),
    (other, doc) => {
      for (const text of [other.getText('text'), doc.getText('text')]) {
        text.insert(1, 'xx')
        text.insert(2, 'yy')
        text.delete(0, 1)
      }
    },
    (doc, id) => doc.getText('text').insert(1, `${id}`)),

  ahead: () => {
    const { older, present } = cases.text()
    return { older: present, present: older, later: [] }
  }
}
