// Continue where you left off: a notebook's page notes in the browser which section is read, and
// the home page leads back to it.
const PLACE = 'book-last-read'

const notePlace = () => {
  const page = DOCUMENTATION_OPTIONS.pagename
  if (!page.startsWith('notebooks/')) return
  const begun = [...document.querySelectorAll('.bd-article section section')].filter(
    section => section.getBoundingClientRect().top < innerHeight / 2,
  )
  const section = begun.pop()
  const heading = section?.querySelector('h2, h3').textContent.replace(/#$/, '')
  try {
    localStorage.setItem(PLACE, JSON.stringify({ page, id: section?.id, heading }))
  } catch { /* Storage is full or forbidden: the next visit starts as the first one did. */ }
}

// A phone may end a page that is out of sight without another word.
addEventListener('visibilitychange', () => { if (document.hidden) notePlace() })
addEventListener('pagehide', notePlace)

// Called while the home page is loaded, where the link shall stand: nothing jumps. `notebooks`,
// titles by page, comes from book/_ext/resume.py.
const continueReading = () => {
  let place
  try { place = JSON.parse(localStorage.getItem(PLACE)) } catch { return }
  if (typeof place?.page !== 'string' || !Object.hasOwn(notebooks, place.page)) return
  const link = document.createElement('a')
  link.href = `${place.page}.html`
  link.textContent = notebooks[place.page]
  if (typeof place.id === 'string' && typeof place.heading === 'string') {
    link.hash = place.id
    link.append(` › ${place.heading}`)
  }
  const line = document.createElement('p')
  line.className = 'continue'
  line.append('Continue where you left off: ', link)
  document.currentScript.after(line)
}
