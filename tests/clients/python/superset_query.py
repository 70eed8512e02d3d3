"""Logs into Superset as a user does, runs a query in SQL Lab, and keeps a picture of what the page shows.

Arguments: the browser's program, the URL of Superset, the query, a text that its result must show, the picture's file.
The password of the user admin comes by standard input.
"""

import sys

from playwright.sync_api import sync_playwright

# For one step on a busy machine, in milliseconds.
LIMIT = 120_000


def main(browser, url, query, expected, picture):
    password = sys.stdin.read().rstrip("\n")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(LIMIT)
        print(f"Chromium {chromium.version}")
        try:
            page.goto(f"{url}/login/")
            page.locator("input#username").fill("admin")
            page.locator("input#password").fill(password)
            page.locator("button[type=submit], input[type=submit]").first.click()
            page.wait_for_url(lambda at: "/login" not in at)
            found = page.request.get(f"{url}/api/v1/database/").json()["result"]
            presto = next(one for one in found if one["database_name"] == "Presto")
            page.goto(f"{url}/sqllab/?dbid={presto['id']}&name=proof&autorun=true&sql={query}")
            page.get_by_text(expected, exact=True).first.wait_for()
        finally:
            page.screenshot(path=picture)
            chromium.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
