import { type Api, Refusal } from './api'
import { HourCharts } from './charts/hour-charts'
import { byId, setText } from './dom'
import type { Hour } from './view'

const dayMs = 24 * 3_600_000
const againMs = 60_000

/** The last 24 hours of all documents together, where metadata is kept. */
export async function watchDay (api: Api): Promise<void> {
  const charts = new HourCharts(['connections', 'updates', 'traffic'])
  byId('day-charts').append(...charts.elements)
  for (;;) {
    try {
      const { hours } = await api.get<{ hours: Hour[] }>('api/totals')
      const now = Date.now()
      charts.show(hours, now - dayMs, now)
      byId('day').hidden = false
      byId('day-missing').hidden = true
    } catch (error) {
      byId('day').hidden = true
      byId('day-missing').hidden = false
      const isNotKept = error instanceof Refusal && error.isNotKept
      setText(byId('day-missing'), isNotKept
        ? `There is no history. ${error.message}`
        : 'The history cannot be read at the moment.')
      if (isNotKept) return
    }
    await new Promise((resolve) => setTimeout(resolve, againMs))
  }
}
