"""How Sphinx reads the Markdown pages of the folder above. Pages are plain Markdown for every reader; what only the site
needs happens here."""

import re

REPOSITORY = "https://github.com/presto-alluxio/starburst-provider/blob/main"
PAGES = """

```{toctree}
:hidden:
:maxdepth: 1

start
Updating <updating>
Drift <drift>
Recovery <recovery>
Environments <environments>
secrets
permissions
costs
own-template
migrating
troubleshooting
Nodes <nodes>
Stack statuses <stack-statuses>
Inputs <reference/inputs>
Outputs <reference/outputs>
Provider settings <reference/provider>
Template parameters <reference/parameters>
Error codes <reference/error-codes>
reference/node-software
architecture
plugin-protocol-6
```

```{toctree}
:hidden:
:maxdepth: 1
:glob:
:caption: Decisions

decisions/*
```
"""

project = "Presto + Alluxio on AWS"
author = "the authors of starburst"
project_copyright = author
extensions = ["myst_parser"]
root_doc = "README"
source_suffix = {".md": "markdown"}
exclude_patterns = ["changes", "site"]
myst_heading_anchors = 4
# Generated pages go from a page's title to the fields' own level.
suppress_warnings = ["myst.header"]
html_theme = "furo"
html_title = project
html_extra_path = ["index.html"]
html_show_sphinx = False
html_copy_source = False


def read(app, name, source):
    """Links that leave the pages lead to the repository; the front page lists all pages."""

    def outward(match):
        path = match.group(2)
        depth = name.count("/") + 1
        parts = path.split("/")
        if parts[:depth] != [".."] * depth:
            return match.group(0)
        inside = "/".join(parts[depth:])
        return f"]({REPOSITORY}/{inside})" if not inside.endswith(".svg") else match.group(0)

    source[0] = re.sub(r"(\]\()((?:\.\./)+[^)\s]+)\)", outward, source[0])
    if name == "README":
        source[0] += PAGES


def setup(app):
    app.connect("source-read", read)
    return {"parallel_read_safe": True}
