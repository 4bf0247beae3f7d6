"""Predict, then reveal: in a real browser, from a server and from a folder."""

CHAPTER = "chapters/ch04_resnet50.html"
QUESTION = ".predict[data-kind=choice]"


def cover_of(page, question):
    return page.locator(f".cover[data-key='{question.get_attribute('data-key')}']").first


def inside(cover):
    return cover.locator(".inside")


def test_what_resolves_a_question_is_covered_until_the_reader_answers(page):
    page.goto(CHAPTER, wait_until="networkidle")
    question = page.locator(QUESTION).first
    cover = cover_of(page, question)
    assert inside(cover).evaluate("node => getComputedStyle(node).visibility") == "hidden"
    assert inside(cover).evaluate("node => node.inert")
    height = cover.bounding_box()["height"]
    choice = question.locator("button[aria-pressed]").nth(1)
    choice.click()
    assert inside(cover).evaluate("node => getComputedStyle(node).visibility") == "visible"
    assert abs(cover.bounding_box()["height"] - height) <= 1  # nothing jumps
    assert choice.get_attribute("aria-pressed") == "true"
    page.reload(wait_until="networkidle")
    assert page.locator(QUESTION).first.locator("[aria-pressed=true]").count() == 1
    question.get_by_role("button", name="Cover again").click()
    page.reload(wait_until="networkidle")
    assert page.locator(QUESTION).first.locator("[aria-pressed=true]").count() == 0
    assert not inside(cover_of(page, question)).is_visible()


def test_a_number_is_typed_with_the_keyboard_alone(page):
    page.goto(CHAPTER, wait_until="networkidle")
    question = page.locator(".predict[data-kind=number]").first
    question.locator("input").focus()
    page.keyboard.type("0.2")
    page.keyboard.press("Enter")
    assert inside(cover_of(page, question)).is_visible()
    page.reload(wait_until="networkidle")
    assert page.locator(".predict[data-kind=number] input").first.input_value() == "0.2"


def test_a_cover_is_lifted_where_it_lies(page):
    page.goto(CHAPTER, wait_until="networkidle")
    cover = cover_of(page, page.locator(QUESTION).first)
    cover.get_by_role("button", name="show it").click()
    assert inside(cover).is_visible()


def test_the_switch_in_the_header_shows_everything_on_every_page(page):
    page.goto(CHAPTER, wait_until="networkidle")
    page.get_by_role("button", name="Show all").click()
    assert all(cover.is_visible() for cover in page.locator(".cover > .inside").all())
    page.goto("chapters/ch01_images.html", wait_until="networkidle")
    assert all(cover.is_visible() for cover in page.locator(".cover > .inside").all())
    page.get_by_role("button", name="Cover answers").click()
    assert not page.locator(".cover > .inside").first.is_visible()


def test_without_scripts_and_on_paper_all_is_there(page, browser, address):
    still = browser.new_context(java_script_enabled=False, base_url=address).new_page()
    still.goto(CHAPTER)
    assert all(cover.is_visible() for cover in still.locator(".cover > .inside").all())
    assert still.locator(f"{QUESTION} li").first.is_visible()
    still.context.close()
    page.goto(CHAPTER, wait_until="networkidle")
    page.emulate_media(media="print")
    assert all(cover.is_visible() for cover in page.locator(".cover > .inside").all())
    assert not page.locator(".predict form").first.is_visible()
    assert page.locator(f"{QUESTION} li").first.is_visible()


def test_in_a_folder_too(page, site):
    page.goto((site / CHAPTER).as_uri(), wait_until="load")
    question = page.locator(QUESTION).first
    question.locator("button[aria-pressed]").first.click()
    assert inside(cover_of(page, question)).is_visible()
    page.reload(wait_until="load")
    assert page.locator(QUESTION).first.locator("[aria-pressed=true]").count() == 1
    assert all(url.startswith("file:") for url in page.wrong)
    page.wrong.clear()  # a browser counts each file as a request to another place


def test_what_is_covered_is_found_by_the_search(page):
    page.goto("index.html", wait_until="networkidle")
    page.keyboard.press("/")
    page.keyboard.type("tempting")
    page.wait_for_selector(".md-search-result__item")
    links = page.locator(".md-search-result__link").all()
    assert any("ch04" in link.get_attribute("href") for link in links)


def test_the_home_page_marks_what_was_read_and_predicted(page):
    page.goto(CHAPTER, wait_until="networkidle")
    page.locator(QUESTION).first.locator("button[aria-pressed]").first.click()
    page.get_by_label("I have read this chapter").check()
    page.goto("index.html", wait_until="networkidle")
    mark = page.locator("[data-chapter=ch04_resnet50] .mark").inner_text()
    assert "read" in mark and "1 of " in mark
    assert page.locator(".path .mark").count() == 1


def test_a_browser_that_keeps_nothing_still_works(page):
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('denied') } })"
    )
    page.goto(CHAPTER, wait_until="networkidle")
    question = page.locator(QUESTION).first
    assert not inside(cover_of(page, question)).is_visible()
    question.locator("button[aria-pressed]").first.click()
    assert inside(cover_of(page, question)).is_visible()
    page.wrong[:] = [words for words in page.wrong if "denied" not in words]  # Material's own
