// What a word means, beside the word: links to the glossary show their entry on hovering, on focus
// and at the first tap. The definitions, made by book/_ext/glossary.py, are loaded when needed.
const DEFINITIONS = '_static/terms-data.js'

// A script, not a request: it works on a page that was opened from a disk, too.
let loading
const loadTerms = () => {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = document.documentElement.dataset.content_root + DEFINITIONS
    script.addEventListener('load', () => resolve(window.bookTerms))
    script.addEventListener('error', () => { loading = undefined; script.remove(); reject() })
    document.head.append(script)
  })
  return loading
}

const tip = document.createElement('div')
tip.id = 'term-tip'
tip.setAttribute('role', 'tooltip')
tip.hidden = true
let owner, timer

const line = (text, name, lang) => {
  const p = document.createElement('p')
  if (name) p.className = name
  if (lang) p.lang = lang
  p.textContent = text
  return p
}

const showTerm = async link => {
  clearTimeout(timer)
  if (owner === link && !tip.hidden) return
  owner = link
  const terms = await loadTerms().catch(() => null) // the link still leads to the glossary
  const found = terms?.[link.hash.slice(1)]
  if (!found || owner !== link) return
  const [en, zh, means, meansZh, page] = found
  const name = line(en, 'name')
  const chinese = document.createElement('span')
  chinese.lang = 'zh'
  chinese.textContent = ` ${zh}`
  name.append(chinese)
  tip.replaceChildren(name, line(means), line(meansZh, '', 'zh'), line(`Taught in: ${page}`, 'page'))
  document.body.append(tip)
  tip.hidden = false
  link.setAttribute('aria-describedby', tip.id)
  place(link)
}

// Below the word, or above it where there is no room; never on it, nor beyond the window's edges.
const place = link => {
  const lines = [...link.getClientRects()]
  const { width, height } = tip.getBoundingClientRect()
  const edge = 8
  const below = lines.at(-1).bottom + height + edge < innerHeight || lines[0].top < height + edge
  const word = below ? lines.at(-1) : lines[0]
  const left = Math.min(word.left, document.documentElement.clientWidth - width - edge)
  tip.style.left = `${Math.max(edge, left) + scrollX}px`
  tip.style.top = `${(below ? word.bottom : word.top - height) + scrollY}px`
}

const hideTerm = () => {
  clearTimeout(timer)
  owner?.removeAttribute('aria-describedby')
  owner = undefined
  tip.hidden = true
}

const later = (action, wait) => {
  clearTimeout(timer)
  timer = setTimeout(action, wait)
}

const wordAt = event => event.target.closest?.('a.term')

document.addEventListener('pointerover', event => {
  if (event.pointerType === 'touch') return
  const link = wordAt(event)
  if (link) later(() => showTerm(link), 250) // a pointer that only passes by shows nothing
  else if (event.target.closest?.('#term-tip')) clearTimeout(timer)
  else if (owner && owner !== document.activeElement) later(hideTerm, 250)
  else if (!owner) clearTimeout(timer)
})
document.addEventListener('focusin', event => { if (wordAt(event)) showTerm(wordAt(event)) })
document.addEventListener('focusout', event => { if (wordAt(event)) later(hideTerm, 100) })
document.addEventListener('keydown', event => { if (event.key === 'Escape') hideTerm() })

// A finger has no hovering: the first tap shows the meaning, the second follows the link.
let touched = false
document.addEventListener('pointerdown', event => {
  touched = event.pointerType === 'touch'
  if (touched && !wordAt(event) && !event.target.closest?.('#term-tip')) hideTerm()
})
document.addEventListener('click', event => {
  const link = wordAt(event)
  if (!link || !touched || (owner === link && !tip.hidden && 'tapped' in link.dataset)) return
  event.preventDefault()
  for (const other of document.querySelectorAll('a.term[data-tapped]')) delete other.dataset.tapped
  link.dataset.tapped = ''
  showTerm(link)
})
