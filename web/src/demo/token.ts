const storageKey = 'relay.token'

/**
 * The token for a relay that asks for one: `/?doc=name#token=…` says it once. It is kept for this tab and taken out of
 * the address bar, so that it is in no link that people share; what stands behind the `#` reaches no server's log.
 */
export function takeToken (): string | null {
  const given = new URLSearchParams(location.hash.slice(1)).get('token')
  try {
    if (given !== null) sessionStorage.setItem(storageKey, given)
    return given ?? sessionStorage.getItem(storageKey)
  } catch {
    return given
  }
}
