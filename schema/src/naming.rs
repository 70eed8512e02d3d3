//! Casing: camelCase is written down, snake_case and PascalCase are derived, and the exceptions stand here.

/// Words that derivation would cut where no reader would: camelCase as written, snake_case.
const EXCEPTIONS: &[(&str, &str)] = &[("sizeGiB", "size_gib")];

/// `snake_case` of a camelCase path, as Terraform and Python write it; dots stay.
///
/// A capital begins a word after a small letter or a digit, and a run of capitals is one word whose last letter
/// belongs to the next (`alluxioUIUrl` is `alluxio_ui_url`). Digits never begin a word.
#[must_use]
pub fn snake_case(camel: &str) -> String {
    camel.split('.').map(snake_word).collect::<Vec<_>>().join(".")
}

fn snake_word(camel: &str) -> String {
    match EXCEPTIONS.iter().find(|(written, _)| *written == camel) {
        Some((_, snake)) => (*snake).to_owned(),
        None => derive_snake(camel),
    }
}

fn derive_snake(camel: &str) -> String {
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

/// `PascalCase` of a camelCase path, as types are named; dots go.
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
    use super::{EXCEPTIONS, derive_snake, pascal_case, snake_case};
    use crate::fields::FIELDS;

    #[test]
    fn words_are_cut_where_a_reader_would() {
        for (camel, snake) in [
            ("ec2.workerCount", "ec2.worker_count"),
            ("ec2.rootVolume.sizeGiB", "ec2.root_volume.size_gib"),
            ("alluxio.s3RootMount", "alluxio.s3_root_mount"),
            ("network.vpcId", "network.vpc_id"),
            ("network.securityGroupIds", "network.security_group_ids"),
            ("presto.packageSha256", "presto.package_sha256"),
            ("presto.externalAccessCidrs", "presto.external_access_cidrs"),
            ("ec2.haCoordinatorCount", "ec2.ha_coordinator_count"),
            ("hiveMetastore.passwordSecretArn", "hive_metastore.password_secret_arn"),
            ("alluxioUiUrl", "alluxio_ui_url"),
            ("alluxioUIUrl", "alluxio_ui_url"),
            ("region", "region"),
            ("", ""),
        ] {
            assert_eq!(snake_case(camel), snake, "{camel}");
        }
    }

    #[test]
    fn types_are_named_after_the_whole_path() {
        for (camel, pascal) in [
            ("ec2.rollingUpdate", "Ec2RollingUpdate"),
            ("s3", "S3"),
            ("hiveMetastore.type", "HiveMetastoreType"),
            ("presto.https", "PrestoHttps"),
            ("", ""),
        ] {
            assert_eq!(pascal_case(camel), pascal, "{camel}");
        }
    }

    #[test]
    fn every_exception_is_needed() {
        for (written, snake) in EXCEPTIONS {
            assert_ne!(derive_snake(written), *snake, "{written} needs no exception");
            let used = FIELDS.iter().any(|field| field.path.split('.').any(|word| word == *written));
            assert!(used, "no field is called {written}");
        }
    }
}
