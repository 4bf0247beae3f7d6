"""The page of common mistakes in a real browser: a reader finds theirs by what they see."""


def test_a_mistake_is_found_by_exercise_by_what_is_seen_and_by_words(page):
    page.goto("mistakes.html", wait_until="networkidle")
    place = page.locator(".find-mistakes")
    status = place.get_by_role("status")
    entries = page.locator(".mistake:visible")
    count = entries.count()
    assert status.inner_text() == f"All {count} mistakes are shown."
    place.get_by_label("in", exact=True).select_option("Bottleneck")
    place.get_by_label("you see").select_option("training")
    fewer = entries.count()
    assert 15 <= fewer < count and f"{fewer} of {count} mistakes are shown." == status.inner_text()
    assert page.locator("h2:visible").all_inner_texts()[0].startswith("Bottleneck")
    assert page.locator("h2:visible").count() == 1
    contents = page.locator(".md-nav--secondary .md-nav__link:visible")
    assert contents.count() == 1  # the exercise that is shown
    curves = entries.first.locator("svg.curves")
    assert "with the mistake" in curves.get_attribute("aria-label")
    place.get_by_label("with the words").fill("last relu before addition")
    assert 1 <= entries.count() < fewer
    assert "ReLU" in entries.first.locator("h3").inner_text()
    place.get_by_label("with the words").fill("no such words stand here")
    assert status.inner_text() == f"0 of {count} mistakes are shown."


def test_a_link_to_a_mistake_that_is_not_shown_shows_it(page):
    page.goto("mistakes.html", wait_until="networkidle")
    place = page.locator(".find-mistakes")
    place.get_by_label("in", exact=True).select_option("evaluate")
    heading = page.locator(".mistake h3").first
    assert not heading.is_visible()
    page.evaluate("id => (location.hash = id)", heading.get_attribute("id"))
    page.wait_for_function("!document.querySelector('.mistake[hidden]')")
    assert heading.is_visible()


def test_without_scripts_all_mistakes_are_there(browser, address):
    context = browser.new_context(java_script_enabled=False, base_url=address)
    page = context.new_page()
    page.goto("mistakes.html")
    assert page.locator(".mistake:visible").count() > 250
    assert page.locator(".find-mistakes form").count() == 0
    context.close()
