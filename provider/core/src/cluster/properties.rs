//! Texts that users bring from elsewhere, read into what inputs take: an Alluxio properties file into a map, the ARN of
//! a stack into its name. Calls nothing and knows no input.
//!
//! Source of the format: Java Platform API, `java.util.Properties`, method `load(Reader)`; read November 2026.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::Chars;

use super::guard;

/// Reads the text of a Java properties file, such as `alluxio-site.properties`: `key=value`, `key: value` or
/// `key value`, comments after `#` and `!`, lines continued by a backslash at their end, `\t`, `\n`, `\r`, `\f` and
/// `\uXXXX`. A key without a value has the empty one; of a key that stands there twice the last value counts.
///
/// # Errors
/// The number of the line and what is wrong with it: a key that is missing, an escape that is none.
pub fn parse_alluxio_properties(text: &str) -> Result<BTreeMap<String, String>, String> {
    let mut properties = BTreeMap::new();
    for line in logical_lines(text) {
        let (key, value) = entry(&line.text).map_err(|why| format!("line {}: {why}", line.number))?;
        properties.insert(key, value);
    }
    Ok(properties)
}

/// The stack's name in its ARN.
///
/// # Errors
/// A sentence, when the text is no ARN of a stack.
pub fn stack_name_from_arn(arn: &str) -> Result<String, String> {
    guard::parse(arn).map(|arn| arn.name).filter(|name| !name.is_empty()).ok_or_else(|| {
        format!(
            "\"{arn}\" is not the ARN of a CloudFormation stack; write one such as \
             arn:aws:cloudformation:eu-central-1:123456789012:stack/analytics-dev/ID"
        )
    })
}

/// One entry, its continuations joined.
struct Line {
    /// Where it begins, from 1.
    number: usize,
    text: String,
}

/// The lines that hold entries: no comment, not blank, continuations joined without the blanks at their beginning.
fn logical_lines(text: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut continued = false;
    // `\r\n` makes one more line, an empty one, which would end a continuation: it is one end of a line.
    for (index, natural) in text.replace("\r\n", "\n").split(['\n', '\r']).enumerate() {
        let natural = natural.trim_start_matches(is_blank);
        let goes_on = continues(natural);
        let part = if goes_on { natural.get(..natural.len() - 1).unwrap_or_default() } else { natural };
        match lines.last_mut().filter(|_| continued) {
            Some(line) => line.text.push_str(part),
            None if natural.is_empty() || natural.starts_with(['#', '!']) => continue,
            None => lines.push(Line { number: index + 1, text: part.to_owned() }),
        }
        continued = goes_on;
    }
    // A backslash alone continues with nothing.
    lines.retain(|line| !line.text.is_empty());
    lines
}

/// Whether a line ends with a backslash that no other backslash escapes.
fn continues(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

fn is_blank(char: char) -> bool {
    matches!(char, ' ' | '\t' | '\u{c}')
}

fn entry(line: &str) -> Result<(String, String), String> {
    let mut rest = line.chars().peekable();
    let key = unescaped(&mut rest, |char| is_blank(char) || matches!(char, '=' | ':'))?;
    if key.is_empty() {
        return Err("there is no key before the separator; write key=value".to_owned());
    }
    skip_blanks(&mut rest);
    if rest.next_if(|char| matches!(char, '=' | ':')).is_some() {
        skip_blanks(&mut rest);
    }
    Ok((key, unescaped(&mut rest, |_| false)?))
}

fn skip_blanks(rest: &mut Peekable<Chars<'_>>) {
    while rest.next_if(|char| is_blank(*char)).is_some() {}
}

/// The text up to a character that ends it and is not escaped, without the escapes.
fn unescaped(rest: &mut Peekable<Chars<'_>>, ends: impl Fn(char) -> bool) -> Result<String, String> {
    // `\uXXXX` are units of UTF-16: two of them can be one character.
    let mut units: Vec<u16> = Vec::new();
    while let Some(char) = rest.next_if(|char| !ends(*char)) {
        let char = match char {
            '\\' => match rest.next() {
                Some('u') => {
                    units.push(unit(rest)?);
                    continue;
                }
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('f') => '\u{c}',
                Some(other) => other,
                None => break,
            },
            plain => plain,
        };
        units.extend_from_slice(char.encode_utf16(&mut [0; 2]));
    }
    String::from_utf16(&units)
        .map_err(|_| "a \\u escape is half of a character; write both halves, such as \\uD83D\\uDE00".to_owned())
}

fn unit(rest: &mut Peekable<Chars<'_>>) -> Result<u16, String> {
    const DIGITS: usize = 4;
    let mut digits = String::new();
    while digits.len() < DIGITS
        && let Some(digit) = rest.next_if(char::is_ascii_hexdigit)
    {
        digits.push(digit);
    }
    u16::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == DIGITS).ok_or_else(|| {
        format!("\\u{digits} is not an escape; write four hexadecimal digits after \\u, or \\\\ for a backslash")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        parse_alluxio_properties(text).expect("a properties file").into_iter().collect()
    }

    #[test]
    fn entries_are_read_as_java_reads_them() {
        for (name, text, key, value) in [
            ("equals sign", "a.b=c", "a.b", "c"),
            ("blanks around it", "  a.b = c d", "a.b", "c d"),
            ("colon", "a.b: c", "a.b", "c"),
            ("blank alone", "a.b \t c", "a.b", "c"),
            ("separator in the value", "a=b=c:d", "a", "b=c:d"),
            ("no value", "a", "a", ""),
            ("empty value", "a=", "a", ""),
            ("blanks at the end stay", "a=b ", "a", "b "),
            ("escaped separators", r"a\=b\:c\ d=e", "a=b:c d", "e"),
            ("escapes", r"a=\t\n\r\f\\\#\q", "a", "\t\n\r\u{c}\\#q"),
            ("unicode", r"a=\u00e9\u20AC", "a", "é€"),
            ("two halves", r"a=\uD83D\uDE00", "a", "😀"),
            ("continued", "a=b,\\\n    c,\\\r\n\td", "a", "b,c,d"),
            ("continued key", "a.\\\n  b=c", "a.b", "c"),
            ("a comment's sign in a continuation", "a=b\\\n#c", "a", "b#c"),
            ("two backslashes do not continue", "a=b\\\\", "a", "b\\"),
            ("backslash at the very end", "a=b\\", "a", "b"),
            ("old line ends", "# x\ra=b\r", "a", "b"),
            ("beyond ASCII", "a=ä", "a", "ä"),
            ("the last one counts", "a=1\na=2", "a", "2"),
        ] {
            assert_eq!(read(text), [(key.to_owned(), value.to_owned())], "{name}");
        }
    }

    #[test]
    fn comments_and_blank_lines_are_no_entries() {
        assert_eq!(read("# one\n  ! two \\\n\n \t\u{c}\n\\\n"), []);
        assert_eq!(read("#a=b \\\nc=d"), [("c".to_owned(), "d".to_owned())], "a comment is not continued");
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        for (text, line, said) in [
            ("# one\n\n=b", "line 3: ", "no key"),
            ("a=b\\\n  c\n: d", "line 3: ", "no key"),
            ("a=b\nc=\\u12", "line 2: ", "\\u12 is not an escape"),
            ("a=\\uxyz", "line 1: ", "four hexadecimal digits"),
            ("a=\\uD83D", "line 1: ", "half of a character"),
            ("a=b\r\nc=1\r\n\\uD83D=d", "line 3: ", "half of a character"),
        ] {
            let why = parse_alluxio_properties(text).expect_err(text);
            assert!(why.starts_with(line) && why.contains(said), "{text:?}: {why}");
        }
    }

    #[test]
    fn a_name_is_taken_out_of_a_stacks_arn_alone() {
        let arn = "arn:aws-us-gov:cloudformation:us-gov-west-1:123456789012:stack/analytics-dev/0a1b";
        assert_eq!(stack_name_from_arn(arn).as_deref(), Ok("analytics-dev"));
        for wrong in ["", "analytics-dev", "arn:aws:s3:::bucket", "arn:aws:cloudformation:r:1:stack/", "arn:aws:x"] {
            let why = stack_name_from_arn(wrong).expect_err(wrong);
            assert!(why.contains(&format!("\"{wrong}\"")) && why.contains("stack/"), "{why}");
        }
    }
}
