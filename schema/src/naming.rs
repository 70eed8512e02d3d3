//! Casing: camelCase is written down, snake_case and PascalCase are derived.

/// `snake_case` of a camelCase path; dots stay.
#[must_use]
pub fn snake_case(camel: &str) -> String {
    let mut snake = String::with_capacity(camel.len() + 8);
    let mut previous_lower = false;
    let chars: Vec<char> = camel.chars().collect();
    for (at, &c) in chars.iter().enumerate() {
        let next_lower = chars.get(at + 1).is_some_and(char::is_ascii_lowercase);
        if c.is_ascii_uppercase() && (previous_lower || (at > 0 && next_lower && chars[at - 1] != '.')) {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
        previous_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    snake
}
