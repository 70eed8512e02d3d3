//! A small canvas over SVG: boxes, texts, arrows, in colours that read on light and dark pages. Knows nothing of stacks.

use ::svg::node::element::{Definitions, Description, Line, Marker, Path, Rectangle, Style as Sheet, Text, Title};
use ::svg::{Document, Node};
use anyhow::{Result, ensure};

/// Left, top, width, height.
pub type Place = (u32, u32, u32, u32);

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub enum Style {
    /// The picture's name.
    Title,
    /// A box's name.
    Head,
    /// A line in a box.
    Line,
    /// What is said by the way.
    Small,
}

/// Which end of a text is at its place.
#[derive(Debug, Clone, Copy)]
pub enum Anchor {
    /// The left one.
    Start,
}

const SHEET: &str = "
.page, .behind { fill: #ffffff; }
text { font-family: system-ui, 'DejaVu Sans', sans-serif; fill: #1f2937; }
.title { font-size: 20px; font-weight: 600; } .head { font-size: 15px; font-weight: 600; }
.line { font-size: 12px; } .small { font-size: 11px; fill: #5b6472; }
.part { fill: #f3f6fa; stroke: #37517e; stroke-width: 1.4; } .optional { stroke-dasharray: 6 4; }
.area { fill: none; stroke: #9aa5b4; stroke-width: 1; }
.arrow { stroke: #37517e; stroke-width: 1.6; fill: none; } .traffic { stroke: #b45309; }
.tip { fill: #37517e; } .tip.traffic { fill: #b45309; stroke: none; }
@media (prefers-color-scheme: dark) {
  .page, .behind { fill: #11161d; } text { fill: #e5e9f0; } .small { fill: #a3adbb; }
  .part { fill: #1b2430; stroke: #8fb0e6; } .arrow { stroke: #8fb0e6; } .traffic { stroke: #f0a860; }
  .tip { fill: #8fb0e6; } .tip.traffic { fill: #f0a860; } .area { stroke: #5b6675; }
}";

/// The picture while it is made.
pub struct Canvas {
    document: Document,
}

impl Canvas {
    /// An empty one; `title` and `words` are for those who do not see it.
    pub fn new(width: u32, height: u32, title: &str, words: &str) -> Self {
        let tips = Definitions::new().add(tip("tip", "tip")).add(tip("tip-traffic", "tip traffic"));
        let document = Document::new().set("viewBox", (0, 0, width, height)).set("width", width).set("height", height);
        let document = document
            .set("role", "img")
            .add(Title::new(title))
            .add(Description::new().add(::svg::node::Text::new(words)));
        let page = Rectangle::new().set("width", width).set("height", height).set("class", "page");
        Self { document: document.add(Sheet::new(SHEET)).add(tips).add(page) }
    }

    fn add(&mut self, node: impl Node) {
        self.document.append(node);
    }

    /// A text.
    pub fn text(&mut self, x: u32, y: u32, text: &str, style: Style, anchor: Anchor) {
        let class = match style {
            Style::Title => "title",
            Style::Head => "head",
            Style::Line => "line",
            Style::Small => "small",
        };
        let anchor = match anchor {
            Anchor::Start => "start",
        };
        self.add(Text::new(text).set("x", x).set("y", y).set("class", class).set("text-anchor", anchor));
    }

    /// A box with its name and a line below it.
    ///
    /// # Errors
    /// A text that is wider than the box.
    pub fn part(&mut self, at: Place, title: &str, below: &str, optional: bool) -> Result<()> {
        let (x, y, width, height) = at;
        let class = if optional { "part optional" } else { "part" };
        let rectangle = Rectangle::new().set("x", x).set("y", y).set("width", width).set("height", height);
        self.add(rectangle.set("rx", 8).set("class", class));
        self.inside(at, 24, title, Style::Head)?;
        self.inside(at, 42, below, Style::Small)
    }

    /// A text in a box, so far below its top.
    ///
    /// # Errors
    /// A text that is wider than the box, by the width of letters that are wider than most.
    pub fn inside(&mut self, (x, y, width, height): Place, down: u32, text: &str, style: Style) -> Result<()> {
        ensure!(
            fits(text, width, style) && down + 6 <= height,
            "{text:?} is wider or lower than its box: give the box more room"
        );
        self.text(x + 14, y + down, text, style, Anchor::Start);
        Ok(())
    }

    /// A frame around boxes.
    pub fn area(&mut self, x: u32, y: u32, width: u32, height: u32, name: &str) {
        let rectangle = Rectangle::new().set("x", x).set("y", y).set("width", width).set("height", height);
        self.add(rectangle.set("rx", 12).set("class", "area"));
        self.text(x + 14, y + 22, name, Style::Small, Anchor::Start);
    }

    /// An arrow from the border of one box to that of another, straight or slanting, with a word at its middle.
    pub fn arrow(&mut self, from: Place, to: Place, label: &str, traffic: bool) {
        let ((x1, y1), (x2, y2)) = ends(from, to);
        let (class, tip) = if traffic { ("arrow traffic", "url(#tip-traffic)") } else { ("arrow", "url(#tip)") };
        let line = Line::new().set("x1", x1).set("y1", y1).set("x2", x2).set("y2", y2);
        self.add(line.set("class", class).set("marker-end", tip));
        let (x, y) = ((x1 + x2) / 2, (y1 + y2) / 2);
        let wide = wide(label, Style::Small) + 2;
        let behind = Rectangle::new().set("x", x.saturating_sub(wide / 2)).set("y", y.saturating_sub(8));
        self.add(behind.set("width", wide).set("height", 16).set("class", "behind"));
        let text = Text::new(label).set("x", x).set("y", y + 4);
        self.add(text.set("class", "small").set("text-anchor", "middle"));
    }

    /// The text of the picture.
    pub fn finish(self) -> String {
        format!("{}\n", self.document)
    }
}

/// The head of an arrow.
fn tip(id: &str, class: &str) -> Marker {
    let shape = Path::new().set("d", "M0,0 L8,4 L0,8 z").set("class", class);
    let marker = Marker::new().set("id", id).set("markerWidth", 8).set("markerHeight", 8);
    marker.set("refX", 8).set("refY", 4).set("orient", "auto").add(shape)
}

/// Whether a text has room in a box of a width.
pub fn fits(text: &str, width: u32, style: Style) -> bool {
    wide(text, style) + 24 <= width
}

/// How wide a text is at most in fonts that are in use: letters are counted as wider than most.
fn wide(text: &str, style: Style) -> u32 {
    let letter = match style {
        Style::Title | Style::Head => 88,
        Style::Line => 66,
        Style::Small => 60,
    };
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX / letter) * letter / 10
}

/// Where an arrow leaves and arrives: at sides that face each other, in the middle of what they share.
fn ends((ax, ay, aw, ah): Place, (bx, by, bw, bh): Place) -> ((u32, u32), (u32, u32)) {
    let shared = |a: u32, al: u32, b: u32, bl: u32| {
        let (start, end) = (a.max(b), (a + al).min(b + bl));
        (start < end).then_some((start + end) / 2)
    };
    if let Some(x) = shared(ax, aw, bx, bw) {
        return if ay > by { ((x, ay), (x, by + bh)) } else { ((x, ay + ah), (x, by)) };
    }
    let (x1, x2) = if ax > bx { (ax, bx + bw) } else { (ax + aw, bx) };
    match shared(ay, ah, by, bh) {
        Some(y) => ((x1, y), (x2, y)),
        None if ay > by => ((x1, ay + 20), (x2, by + bh - 20)),
        None => ((x1, ay + ah - 20), (x2, by + 20)),
    }
}
