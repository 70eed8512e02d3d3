//! Casing: camelCase is written down, snake_case and PascalCase are derived, and the exceptions stand here.

/// Words that derivation would break apart: camelCase as written, snake_case.
const EXCEPTIONS: &[(&str, &str)] = &[("sizeGiB", "size_gib"), ("s3RootMount", "s3_root_mount")];

/// `snake_case` of a camelCase path; dots stay.
#[must_use]
pub fn snake_case(camel: &str) -> String {
    camel.split('.').map(snake_word).collect::<Vec<_>>().join(".")
}

fn snake_word(camel: &str) -> String {
    if let Some((_, snake)) = EXCEPTIONS.iter().find(|(written, _)| *written == camel) {
        return (*snake).to_owned();
    }
    let mut snake = String::with_capacity(camel.len() + 8);
    let mut previous = None;
    let mut rest = camel.chars().peekable();
    while let Some(c) = rest.next() {
        let starts_word = c.is_ascii_uppercase()
            && previous.is_some_and(|before: char| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || rest.peek().is_some_and(char::is_ascii_lowercase)
            });
        if starts_word {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
        previous = Some(c);
    }
    snake
}

/// `PascalCase` of a camelCase path; dots go.
#[must_use]
pub fn pascal_case(camel: &str) -> String {
    camel
        .split('.')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{pascal_case, snake_case};

    #[test]
    fn words_are_cut_where_a_reader_would() {
        for (camel, snake) in [
            ("ec2.workerCount", "ec2.worker_count"),
            ("ec2.rootVolume.sizeGiB", "ec2.root_volume.size_gib"),
            ("alluxio.s3RootMount", "alluxio.s3_root_mount"),
            ("network.vpcId", "network.vpc_id"),
            ("presto.packageSha256", "presto.package_sha256"),
            ("ec2.haCoordinatorCount", "ec2.ha_coordinator_count"),
            ("alluxioUIUrl", "alluxio_ui_url"),
        ] {
            assert_eq!(snake_case(camel), snake);
        }
        assert_eq!(pascal_case("ec2.rollingUpdate"), "Ec2RollingUpdate");
    }
}
