"""Opens the documentation's site: start page, a reference page, the search; and keeps a picture. Arguments: the browser, the
site's folder, a word to search for, the picture."""

import sys

from playwright.sync_api import sync_playwright

browser, site, word, picture = sys.argv[1:]
with sync_playwright() as play:
    chromium = play.chromium.launch(executable_path=browser, args=["--no-sandbox"])
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"file://{site}/index.html")
    page.wait_for_url("**/README.html")
    page.get_by_role("link", name="Inputs", exact=True).first.click()
    page.get_by_role("heading", name="Inputs of").wait_for()
    narrow = chromium.new_page(viewport={"width": 390, "height": 844})
    narrow.goto(f"file://{site}/nodes.html")
    width = narrow.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, f"a phone must scroll sideways: {width}"
    drawn = narrow.evaluate("Array.from(document.images).filter(i => !i.complete || i.naturalWidth == 0).map(i => i.src)")
    assert not drawn, f"pictures that do not show: {drawn}"
    page.goto(f"file://{site}/search.html?q={word}")
    page.wait_for_selector("ul.search li a")
    found = page.locator("ul.search li a").count()
    page.goto(f"file://{site}/README.html")
    page.screenshot(path=picture)
    chromium.close()
print(f"{word} is found on {found} pages")
