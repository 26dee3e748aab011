"""Looks at a report's page in a real browser and prints, as JSON, what is there.

    look.py TASK PAGE [OUT]

Tasks are the functions below that stand in TASKS. Each starts one headless Chromium, whose path is in
CORONER_TESTS_CHROMIUM (default: `chromium` of the PATH). Nothing is judged here; the tests do that.
"""

import importlib.resources
import io
import json
import os
import pathlib
import shutil
import sys
import time

from playwright.sync_api import sync_playwright

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

SHOWN_ROWS = """
(planned) => Array.from(document.querySelectorAll('.incidents > tbody > tr'))
    .filter((row) => (row.closest('.planned') !== null) === planned)
    .map((row) => [row.cells[1].textContent, row.querySelector('.cause').textContent])
"""


class Watched:
    """A page, and all that it says, asks for and pops up."""

    def __init__(self, browser, address, scheme="light", script=True, width=1280, height=900):
        self.address = address
        self.said, self.errors, self.requests, self.dialogs = [], [], [], []
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, java_script_enabled=script
        )
        self.page = context.new_page()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("dialog", self.on_dialog)

    def on_dialog(self, dialog):
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def open(self, hash_=""):
        """Loads the page anew, and waits until its script has read the incidents."""
        self.page.goto("about:blank")
        self.page.goto(self.address + hash_)
        self.page.wait_for_load_state("load")
        self.settle()
        return self.page

    def settle(self):
        """Two frames and a little more: what was put off for later is done."""
        self.page.wait_for_timeout(400)

    def account(self):
        elsewhere = [url for url in self.requests if url not in (self.address, "about:blank")]
        elsewhere = [url for url in elsewhere if url.split("#")[0] != self.address]
        return {"said": self.said, "errors": self.errors, "elsewhere": elsewhere, "dialogs": self.dialogs}


def everything(browser, address, _):
    """Uses each tool of the page once; then says what was asked for, said and thrown."""
    seen = Watched(browser, address)
    page = seen.open()
    page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = true; })")
    page.locator("#filter input").fill("host=kvm01 -cause=clean 2025")
    page.locator("#filter button").click()
    page.locator("#timeline [data-zoom=in]").click()
    for button in page.locator(".incidents thead button").all()[:5]:
        button.click()
    page.emulate_media(media="print")
    seen.settle()
    page.emulate_media(media="screen", color_scheme="dark")
    seen.settle()
    scripts = page.evaluate(
        "[document.scripts.length, document.images.length, document.querySelectorAll('[onerror],[onload]').length]"
    )
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return {**seen.account(), "scripts_images_handlers": scripts, "wider_than_window": wide, "text": page.locator("body").inner_text()}


def filters(browser, address, _):
    """What stays after each way of filtering."""
    seen = Watched(browser, address)
    page = seen.open()
    line = page.locator("#filter input")
    rows = lambda: page.evaluate(SHOWN_ROWS, False)
    told = {"all": rows(), "all_planned": len(page.evaluate(SHOWN_ROWS, True))}

    def typed(text):
        line.fill(text)
        seen.settle()
        return {"rows": rows(), "count": page.locator("#filter output").inner_text(), "address": page.url}

    told["cause"] = typed("cause=power_loss")
    told["cause_list"] = page.locator("#filter select").nth(1).evaluate("(list) => list.value")
    told["excluded"] = typed("-cause=unexplained")
    told["two_hosts"] = typed("host=kvm02 host=kvm05")
    told["factor"] = typed('os="Debian 12"')
    told["beginning"] = typed("bios_version=3")
    told["words"] = typed("feed \"within a minute\"")
    told["nothing"] = typed("no-such-thing-anywhere")
    told["odd"] = typed('=" cause= -x=')
    line.fill("")
    page.locator("#filter select").nth(0).select_option("host=kvm02")
    page.locator("#filter select").nth(1).select_option("cause=power loss")
    page.locator("#filter select").nth(2).select_option("rack=r02")
    seen.settle()
    told["lists"] = {"line": line.input_value(), "rows": rows()}
    page.reload()
    seen.settle()
    told["reloaded"] = {"line": line.input_value(), "rows": rows()}
    page.locator("#filter button").click()
    seen.settle()
    told["reset"] = {"rows": rows(), "address": page.url}
    page.locator("#summary a[data-key=cause]").first.click()
    seen.settle()
    told["from_summary"] = {"line": line.input_value(), "rows": rows(), "address": page.url}
    seen.open("#filter=cause%3Dwatchdog&sort=host")
    told["linked"] = {"line": line.input_value(), "rows": rows()}
    seen.open()
    host = page.locator("#incidents > .incidents thead button").nth(1)
    host.click()
    told["by_host"] = [row[0] for row in rows()]
    host.click()
    told["by_host_down"] = [row[0] for row in rows()]
    marks = page.locator("#timeline .marks").evaluate("(marks) => getComputedStyle(marks).display")
    line.fill("cause=watchdog")
    seen.settle()
    told["marks"] = [marks, page.locator("#timeline .plot a:visible").count()]
    return {**seen.account(), **told}


def links(browser, address, _):
    """Where links to incidents lead."""
    seen = Watched(browser, address)
    page = seen.open()
    ids = page.evaluate("Array.from(document.querySelectorAll('.incidents > tbody > tr'), (row) => row.id)")
    planned = page.evaluate("Array.from(document.querySelectorAll('.planned .incidents > tbody > tr'), (row) => row.id)")

    def there(id_):
        return page.evaluate(
            """(id) => {
                const row = document.getElementById(id);
                if (!row) return { shown: false };
                const place = row.getBoundingClientRect();
                return {
                    open: row.querySelector('details').open,
                    shown: row.checkVisibility(),
                    on_screen: place.top >= 0 && place.top < innerHeight / 2,
                    marked: getComputedStyle(row).boxShadow !== 'none',
                    focused: row.contains(document.activeElement),
                };
            }""",
            id_,
        )

    told = {}
    last = [id_ for id_ in ids if id_ not in planned][-1]
    seen.open("#" + last)
    told["opened_at"] = there(last)
    seen.open("#" + planned[-1])
    told["planned"] = there(planned[-1])
    seen.open("#filter=no-such-thing-anywhere")
    told["hidden_before"] = not there(last)["shown"]
    page.evaluate("(id) => { location.hash = id; }", last)
    seen.settle()
    told["filter_removed"] = {**there(last), "line": page.locator("#filter input").input_value()}
    page.go_back()
    seen.settle()
    told["back"] = page.locator("#filter input").input_value()
    seen.open()
    mark = page.locator("#timeline .plot a").last
    wanted = mark.get_attribute("href")[1:]
    mark.click()
    seen.settle()
    told["from_mark"] = there(wanted)
    seen.open()
    page.locator("#hypotheses .links a").first.click()
    seen.settle()
    told["from_hypothesis"] = there(page.url.split("#")[1])
    for name in ["method", "sources", "incidents"]:
        page.locator(f"nav a[href='#{name}']").click()
        seen.settle()
        told["section_" + name] = page.locator("#" + name).evaluate("(section) => section.getBoundingClientRect().top")
    return {**seen.account(), **told}


def zoom(browser, address, _):
    """The timeline after each way of showing a part of it."""
    seen = Watched(browser, address)
    page = seen.open()
    tools = page.locator("#timeline .zoom")
    range_ = lambda: tools.locator("output").inner_text()
    button = lambda way: tools.locator(f"[data-zoom={way}]")
    marks = lambda: page.locator("#timeline .plot a:visible").count()
    told = {"whole": [range_(), marks()], "out_at_first": button("out").is_disabled()}
    button("in").click()
    told["in"] = [range_(), page.locator("#timeline .ticks").is_visible()]
    button("earlier").click()
    told["earlier"] = range_()
    button("later").click()
    told["later"] = range_()
    button("all").click()
    told["all"] = [range_(), marks()]
    chart = page.locator("#timeline .chart")
    chart.focus()
    for key in ["+", "+", "ArrowLeft", "-"]:
        page.keyboard.press(key)
    told["keys"] = range_()
    seen.settle()
    told["address"] = page.url
    page.reload()
    seen.settle()
    told["reloaded"] = range_()
    chart.focus()
    page.keyboard.press("0")
    told["key_all"] = range_()
    tools.locator("[data-end=from]").fill("2025-06-15")
    tools.locator("[data-end=to]").fill("2025-06-18")
    told["dates"] = [range_(), page.locator("#timeline .plot a:visible").evaluate_all("(all) => all.map((a) => a.getAttribute('aria-label'))")]
    page.keyboard.press("Tab")
    button("all").click()
    box = page.locator("#timeline .plot rect").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 40, steps=4)
    page.mouse.up()
    told["drawn"] = range_()
    widest = page.locator("#timeline .span:visible rect").evaluate_all(
        "(all) => [Math.min(...all.map((r) => r.x.baseVal.value)), Math.max(...all.map((r) => r.x.baseVal.value + r.width.baseVal.value))]"
    )
    told["spans_within"] = widest
    told["scale"] = page.locator("#timeline .plot").evaluate("(plot) => [Number(plot.dataset.left), Number(plot.dataset.right)]")
    button("all").click()
    link = page.locator("#incidents > .incidents details summary").first
    link.click()
    page.locator("#incidents > .incidents a.around").first.click()
    seen.settle()
    told["around"] = range_()
    return {**seen.account(), **told}


def speed(browser, address, _):
    """Milliseconds from each key to the frame that shows its result, and to a page that can be used."""
    seen = Watched(browser, address)
    began = time.monotonic()
    page = seen.open()
    loaded = time.monotonic() - began
    page.evaluate(
        """() => {
            window.taken = [];
            document.querySelector('#filter input').addEventListener('input', (event) => {
                requestAnimationFrame(() => {
                    const channel = new MessageChannel();
                    channel.port1.onmessage = () => window.taken.push(performance.now() - event.timeStamp);
                    channel.port2.postMessage(0);
                });
            });
        }"""
    )
    page.wait_for_timeout(3000)
    line = page.locator("#filter input")
    line.scroll_into_view_if_needed()
    line.focus()
    for text in ["cause=watch", "kvm07 fan", "host=kvm1"]:
        for character in text:
            page.keyboard.press(character)
            page.wait_for_timeout(120)
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
        page.wait_for_timeout(300)
    rows = page.locator("#incidents > .incidents > caption").inner_text()
    taken = page.evaluate("window.taken")
    began = time.monotonic()
    page.locator("#incidents > .incidents thead button").nth(1).click()
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))")
    sort = time.monotonic() - began
    last = "i-kvm01_400"
    seen.open("#" + last)
    on_screen = page.evaluate("(id) => document.getElementById(id).getBoundingClientRect().top", last)
    return {**seen.account(), "rows": rows, "taken_ms": taken, "loaded_s": loaded, "sort_s": sort, "deep_link_top": on_screen}


def axe(browser, address, _):
    """What axe-core finds in the light and in the dark page, with everything opened."""
    source = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text()
    told = {}
    for scheme in ["light", "dark"]:
        seen = Watched(browser, address, scheme)
        page = seen.open()
        page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = true; })")
        page.locator("#timeline [data-zoom=in]").click()
        seen.settle()
        page.evaluate(source)
        result = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        told[scheme] = [
            {
                "id": found["id"],
                "impact": found["impact"],
                "help": found["help"],
                "nodes": len(found["nodes"]),
                "first": [node["html"][:300] + " | " + (node.get("failureSummary") or "")[:300] for node in found["nodes"][:3]],
            }
            for found in result["violations"]
        ]
        told[scheme + "_passes"] = len(result["passes"])
    return told


def printed(browser, address, out):
    """The text of each page of the print."""
    import pypdf

    seen = Watched(browser, address)
    page = seen.open()
    pdf = page.pdf(format="A4", print_background=False)
    if out:
        pathlib.Path(out).write_bytes(pdf)
    pages = [sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    return {**seen.account(), "pages": len(pages), "first": pages[0], "all": "\n".join(pages)}


def without_script(browser, address, _):
    """What a reader gets whose viewer runs no script."""
    seen = Watched(browser, address, script=False)
    page = seen.open()
    shown = page.locator("body").inner_text()
    box = page.locator("#incidents > .incidents > tbody > tr details").first
    box.locator("summary").click()
    return {
        **seen.account(),
        "text": shown,
        "opened": box.inner_text(),
        "tools": page.locator(".tools:visible").count(),
        "marks": page.locator("#timeline .plot a:visible").count(),
    }


def narrow(browser, address, _):
    """Whether a telephone has to scroll sideways, and whether all can be reached by keyboard."""
    seen = Watched(browser, address, width=390, height=800)
    page = seen.open()
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = true; })")
    open_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return {**seen.account(), "wider_than_window": [wide, open_wide]}


def pictures(browser, address, out):
    """Writes the pictures of the documentation into a folder: the top, an incident of many sources, the timeline."""
    folder = pathlib.Path(out)
    seen = Watched(browser, address, height=1180)
    page = seen.open()
    page.screenshot(path=folder / "report.png")
    rows = page.locator("#incidents > .incidents > tbody > tr")
    sources = rows.evaluate_all(
        """(all) => all.map((row) => new Set(Array.from(
            row.querySelectorAll('.merged .place'), (place) => place.textContent.split(':')[0])).size)"""
    )
    best = max(range(len(sources)), key=lambda place: sources[place])
    seen.open("#" + rows.nth(best).get_attribute("id"))
    page.evaluate("document.activeElement.blur()")
    page.screenshot(path=folder / "incident.png")
    dark = Watched(browser, address, "dark", height=1200)
    dark.open().locator("#timeline").screenshot(path=folder / "timeline-dark.png")
    return seen.account()


TASKS = {
    "everything": everything,
    "filters": filters,
    "links": links,
    "zoom": zoom,
    "speed": speed,
    "axe": axe,
    "printed": printed,
    "without-script": without_script,
    "narrow": narrow,
    "pictures": pictures,
}


def main():
    task, page = sys.argv[1:3]
    out = sys.argv[3] if len(sys.argv) > 3 else None
    program = os.environ.get("CORONER_TESTS_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        told = TASKS[task](browser, pathlib.Path(page).resolve().as_uri(), out)
        browser.close()
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
