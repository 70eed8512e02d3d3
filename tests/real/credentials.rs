//! The temporary keys of the nodes: handed out by the metadata service, asked for by S3. Must not know either of them.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use sha2::{Digest as _, Sha256};

/// Keys of a role, for a while.
#[derive(Debug, Clone)]
pub struct Keys {
    /// Access key id, as temporary ones begin: `ASIA`.
    pub id: String,
    /// Secret access key.
    pub secret: String,
    /// Session token, without which the keys are worth nothing.
    pub token: String,
    /// When they end.
    pub expires: SystemTime,
    /// The instance that got them.
    pub instance: String,
}

/// All keys that were handed out.
#[derive(Debug)]
pub struct Vault {
    keys: Mutex<BTreeMap<String, Keys>>,
    life: Duration,
}

impl Vault {
    /// Keys live so long. AWS: some six hours; others are handed out in time before that.
    #[must_use]
    pub fn new(life: Duration) -> Self {
        Self { keys: Mutex::default(), life }
    }

    fn keys(&self) -> MutexGuard<'_, BTreeMap<String, Keys>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The present keys of an instance; others when a third of their life is left.
    #[must_use]
    pub fn of(&self, instance: &str) -> Keys {
        let mut all = self.keys();
        let now = SystemTime::now();
        let fresh = |keys: &&Keys| keys.instance == instance && keys.expires > now + self.life / 3;
        if let Some(found) = all.values().find(fresh) {
            return found.clone();
        }
        let seed = format!("{instance} {} {now:?}", all.len());
        let hex = |salt: &str| -> String {
            Sha256::digest(format!("{salt} {seed}")).iter().map(|byte| format!("{byte:02X}")).collect()
        };
        let keys = Keys {
            id: format!("ASIA{}", &hex("id")[..16]),
            secret: hex("secret")[..40].to_owned(),
            token: format!("{}{}", hex("token"), hex("more")),
            expires: now + self.life,
            instance: instance.to_owned(),
        };
        all.insert(keys.id.clone(), keys.clone());
        keys
    }

    /// The keys of this id and token, unless they ended.
    ///
    /// # Errors
    ///
    /// S3's code for what is wrong: `InvalidAccessKeyId`, `InvalidToken`, `ExpiredToken`.
    pub fn check(&self, id: &str, token: &str) -> Result<Keys, &'static str> {
        let all = self.keys();
        let found = all.get(id).ok_or("InvalidAccessKeyId")?;
        if found.token != token {
            return Err("InvalidToken");
        }
        if found.expires < SystemTime::now() { Err("ExpiredToken") } else { Ok(found.clone()) }
    }
}
