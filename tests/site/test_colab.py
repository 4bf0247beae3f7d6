"""Where the site knows its repository, each chapter offers its notebook in Colab, and the notebook
is published.
"""

import os
import re

LINK = re.compile(
    r"https://colab\.research\.google\.com/github/([^\"]+?)/blob/gh-pages/([^\"]+\.ipynb)"
)


def test_each_chapter_opens_in_colab_where_the_repository_is_known(site):
    repository = os.environ.get("REPOSITORY", "")
    chapters = sorted((site / "chapters").glob("ch*.html"))
    assert chapters
    for chapter in chapters:
        links = LINK.findall(chapter.read_text(encoding="utf-8"))
        assert links == ([(repository, f"notebooks/{chapter.stem}.ipynb")] if repository else [])
        assert (site / "notebooks" / f"{chapter.stem}.ipynb").exists()
