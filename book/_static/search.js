// What Sphinx's search lacks: Chinese words, an excerpt that shows what was found, and a link that
// leads there. It comes after Sphinx's scripts, on the search page alone.
const BEFORE = 80 // characters of an excerpt, before the first word that was found
const LENGTH = 260

const isChinese = word => /^[\u4e00-\u9fff]/.test(word)

// Words and where they start. Chinese is taken by pairs of characters, as book/_ext/words.py does.
const wordsOf = text =>
  [...text.matchAll(/[\u4e00-\u9fff]+|(?:(?![\u4e00-\u9fff])[\p{L}\p{N}_])+/gu)].flatMap(
    ({ 0: run, index }) =>
      isChinese(run) && run.length > 1
        ? [...run].slice(1).map((_, i) => [run.slice(i, i + 2), index + i])
        : [[run, index]],
  )

splitQuery = query => wordsOf(query).map(([word]) => word)

// Sphinx lets a page lack the words of one or two letters, which Chinese words are here.
const sphinxFinds = Search.performTermsSearch
Search.performTermsSearch = (terms, excluded) => {
  const required = [...terms].filter(term => term.length > 2 || isChinese(term))
  const pages = required.map(term => sphinxFinds(new Set([term]), excluded).map(([page]) => page))
  return sphinxFinds(terms, excluded).filter(([page]) => pages.every(found => found.includes(page)))
}

// Places of the keywords, which are stems: where each starts and ends, and which it is.
const placesOf = (text, keywords) => {
  const stemmer = new Stemmer()
  return wordsOf(text).flatMap(([word, start]) => {
    const stem = stemmer.stemWord(word.toLowerCase())
    return keywords
      .filter(k => stem === k || (stem.includes(k) && (k.length > 2 || isChinese(k))))
      .map(keyword => ({ start, end: start + word.length, keyword }))
  })
}

// The part of a text with the most different keywords, where "crossentropyloss" counts for more than
// "nn"; at a draw the first one.
const bestOf = places => {
  let best = { weight: 0 }
  for (const { start } of places) {
    const near = places.filter(p => p.start >= start && p.end <= start + LENGTH - BEFORE)
    const weight = [...new Set(near.map(p => p.keyword))].join('').length
    if (weight > best.weight) best = { weight, start, near }
  }
  return best
}

// A page's sections, each with its own text alone.
const sectionsOf = (html, anchor) => {
  const article = new DOMParser().parseFromString(html, 'text/html').querySelector('.bd-article')
  for (const el of article.querySelectorAll('.headerlink, script, style')) el.remove()
  const chosen = anchor && article.querySelector(anchor)
  return (chosen ? [chosen] : [...article.querySelectorAll('section[id]')]).map(section => {
    for (const inner of section.querySelectorAll('section')) inner.remove()
    return { id: section.id, text: section.textContent.trim().replace(/\s+/g, ' ') }
  })
}

const excerpt = (text, start, places) => {
  const summary = document.createElement('p')
  summary.className = 'context nohighlight' // Sphinx would mark words in its own way, too
  let at = start > BEFORE ? Math.min(text.indexOf(' ', start - BEFORE) + 1, start) : 0
  if (at) summary.append('… ')
  for (const place of places) {
    const mark = document.createElement('mark')
    mark.className = 'nohighlight'
    mark.textContent = text.slice(Math.max(at, place.start), place.end)
    summary.append(text.slice(at, place.start), mark)
    at = Math.max(at, place.end)
  }
  const rest = text.slice(at, Math.max(at, start + LENGTH - BEFORE))
  // No word is cut, and no letter that takes two places, as those of mathematics do.
  summary.append(`${rest.replace(/\s\S{0,20}$|[\ud800-\udbff]$/, '')} …`)
  return summary
}

Search.makeSearchSummary = (html, keywords, anchor) => {
  const found = sectionsOf(html, anchor).map(section => ({
    ...section,
    ...bestOf(placesOf(section.text, [...keywords])),
  }))
  const best = found.reduce((a, b) => (b.weight > a.weight ? b : a))
  if (!best.weight) return excerpt(best.text, 0, [])
  const summary = excerpt(best.text, best.start, best.near)
  // Sphinx puts the summary beside the link once this has returned.
  queueMicrotask(() => { summary.parentElement.querySelector('a').hash = best.id })
  return summary
}
