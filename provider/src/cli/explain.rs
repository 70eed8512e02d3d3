//! What an error code means, from the table of codes.

use starburst_schema::codes;

/// The explanation of a code, written `SB1001` or `1001`.
///
/// # Errors
/// A sentence, when there is no such code.
pub fn explain(code: &str) -> Result<String, String> {
    let digits = code.trim_start_matches(['S', 's']).trim_start_matches(['B', 'b']);
    let known = digits.parse().ok().and_then(codes::find);
    let Some(known) = known else {
        return Err(format!("{code} is no error code of this version; codes look like SB1001"));
    };
    Ok(format!("{known}: {}\n\nCause: {}\n\nCure: {}", known.title, known.cause, known.cure))
}

#[cfg(test)]
mod tests {
    use super::explain;

    #[test]
    fn every_code_is_explained_in_either_spelling() {
        for code in starburst_schema::codes::CODES.iter().flat_map(|codes| codes.iter()) {
            let text = explain(&code.to_string()).expect("a known code");
            assert!(text.contains(code.title) && text.contains(code.cure), "{code}");
            assert_eq!(explain(&code.number.to_string()), Ok(text));
        }
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for nonsense in ["", "SB", "SB1", "banana", "SB99999999"] {
            assert!(explain(nonsense).is_err(), "{nonsense}");
        }
    }
}
