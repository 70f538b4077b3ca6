"""Make the search index for English and Chinese.

Sphinx takes a run of Chinese characters for one word, so that 学习率 would be found in no sentence.
Here each run is indexed by its characters and by its pairs of neighbors, and a query asks for the
pairs: enough for terms of two to four characters, without a dictionary of Chinese words. The
query's side of it is book/_static/search.js.
"""

import re

from sphinx.search.en import SearchEnglish

CHINESE = "\u4e00-\u9fff"


class SearchBoth(SearchEnglish):
    """English as Sphinx does it, and Chinese by characters and pairs."""

    def split(self, text):
        """Return the words of a text.

        >>> SearchBoth({}).split("学习率 (lr) of train_ch3")
        ['学', '习', '率', '学习', '习率', 'lr', 'of', 'train_ch3']
        """
        words = []
        for run in re.findall(f"[{CHINESE}]+|[^\\W{CHINESE}]+", text):
            if re.match(f"[{CHINESE}]", run):
                words += [*run, *map("".join, zip(run, run[1:], strict=False))]
            else:
                words.append(run)
        return words

    def word_filter(self, word):
        """Keep the outputs' numbers out of the index: Sphinx never looks for one.

        >>> words = ["0", "8328", "003epoch", "3x3", "2d", "lr"]
        >>> list(filter(SearchBoth({}).word_filter, words))
        ['3x3', '2d', 'lr']
        """
        return not re.match(r"\d(\d|$)", word) and super().word_filter(word)


def setup(app):
    app.add_search_language(SearchBoth)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
