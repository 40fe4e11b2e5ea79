import * as Y from 'yjs'
import { Connection } from './connection'
import { documentNameOf, linkTo } from './document-name'
import { byId } from './dom'
import { Carets } from './editor/carets'
import { createEditor } from './editor/editor'
import { setUpHelp } from './help'
import { People } from './people'
import { showPeople } from './people-list'
import { setUpSharing } from './share'
import { showStatus } from './status'
import { takeToken } from './token'
import { randomDocumentName } from './words'

const token = takeToken()
const page = new URL(location.href)
const name = documentNameOf(page) ?? randomDocumentName()
const link = linkTo(name, page)
history.replaceState(null, '', link)
document.title = `${name} – Relay`
byId('document-name').textContent = name

const doc = new Y.Doc()
const connection = new Connection(doc, name, token)
const people = new People(connection.awareness)
const carets = new Carets(connection.awareness)

createEditor(byId('editor'), byId('toolbar'), doc.getXmlFragment('prosemirror'), connection, carets)
showStatus(connection)
showPeople(people, carets, connection)
setUpSharing(link)
setUpHelp()
