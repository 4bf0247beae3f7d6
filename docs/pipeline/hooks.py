"""Hooks for MkDocs: add the generated pages and files, and correct the output of themes and
plugins.
"""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File

from pipeline import ROOT
from pipeline.execute import CellError
from pipeline.generate import RUNS, SOLVED, generate, notebook_page
from pipeline.markdown import labeled, mathml, searched
from pipeline.prose import Figures, PageError, Questions, render
from pipeline.tables_of_chapters import navigation

MISTAKES = "mistakes.md"
CHAPTERS = "chapters/*"  # stands for all of them in the navigation
EDIT = re.compile(r"chapters/(ch\d\d_\w+)\.md")

# Each page loads the index of the search. All of the first stands in the chapters, too, the second
# is in the order of the chapters, and what the chapters cite is found in them. The next three are
# for teachers and for whoever builds checkers, who find them in the navigation. What a recorded run
# shows is told by the chapter that it was recorded for.
UNSEARCHED = {
    SOLVED,
    "reference/functions.md",
    "papers.md",
    "teaching.md",
    "grading.md",
    "bank.md",
    RUNS,
}


def on_config(config):
    """Add the chapters to the navigation; let ``serve`` watch the sources of the pages."""
    place = config.nav.index(CHAPTERS)
    config.nav[place : place + 1] = navigation()
    config.watch += [str(ROOT / "tutorial_code"), str(ROOT / "runs"), str(ROOT / "docs")]
    return config


@event_priority(100)
def on_files(files, config):
    """Add the generated files, before mkdocs-jupyter looks for notebooks."""
    try:
        generated = generate(config.extra.get("repository") or "")
    except (CellError, PageError, LookupError) as error:
        raise PluginError(str(error)) from error
    for name, content in generated.items():
        old = files.get_file_from_path(name)
        if old:
            files.remove(old)
        file = File.generated(config, name, content=content)
        chapter = EDIT.fullmatch(name)
        file.edit_uri = f"../tutorial_code/{chapter[1]}.py" if chapter else None
        files.append(file)
    notebook = notebook_page()  # mkdocs-jupyter reads it from the disk
    files.append(
        File(notebook.name, str(notebook.parent), config.site_dir, config.use_directory_urls)
    )
    return files


def on_page_markdown(markdown, page, **_):
    """Give the pages that are written by hand their mathematics and their figures."""
    if page.file.src_uri.startswith("chapters/"):
        return markdown
    if "](figure:" not in markdown:
        return mathml(markdown)
    figures = Figures("", "../" * page.file.src_uri.count("/"))
    made = [mathml(block) for block in render(markdown, figures, Questions(page.file.name))]
    return "\n\n".join([*made, figures.loaded()])


def on_page_content(html, page, **_):
    """Prepare wide tables for phones and pages for the search, and give the page of mkdocs-jupyter
    the site's own styles in place of its own 576 kB of them.
    """
    if page.file.src_uri in UNSEARCHED:
        page.meta["search"] = {"exclude": True}
    if page.file.src_uri == MISTAKES:
        for exercise in page.toc.items[0].children:
            exercise.children = []  # hundreds, which the page's own fields find
    if page.file.src_uri != SOLVED:
        return searched(labeled(html))
    html = re.sub(r"<style.*?</style>|<script.*?</script>|<link[^>]*>", "", html, flags=re.DOTALL)
    # A second copy of all code, and buttons that Material also provides.
    copies = r'<div class="clipboard-copy-txt".*?</div>|<clipboard-copy.*?</clipboard-copy>'
    html = re.sub(copies, "", html, flags=re.DOTALL)
    html = html.replace(' tabindex="0"', "").replace("highlight-ipynb", "highlight")
    return re.sub(
        r"(<pre><span></span>)(.*?)(</pre>)", r"\1<code>\2</code>\3", html, flags=re.DOTALL
    )


def on_post_page(output, page, **_):
    """Add the accessible name that Material leaves out."""
    search = '<div class="md-search" data-md-component="search" role="dialog"'
    return output.replace(f"{search}>", f'{search} aria-label="Search">')
