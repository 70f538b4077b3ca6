// What scrolls sideways can be reached and scrolled with the keyboard.
const wide = '.math-scroll, .cell_output .output'
const tabStops = new ResizeObserver(entries => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0
    else target.removeAttribute('tabindex')
  }
})

// A search result quotes the page's article, not the buttons above it.
const quoteArticles = search => {
  const textOf = search.htmlToText
  search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, 'text/html')
    const article = page.querySelector('article.bd-article')
    return textOf(`<div role="main">${(article ?? page.body).innerHTML}</div>`, anchor)
  }
}

document.addEventListener('DOMContentLoaded', () => {
  for (const el of document.querySelectorAll(wide)) tabStops.observe(el)
  if (typeof Search !== 'undefined') quoteArticles(Search)
})
