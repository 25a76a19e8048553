//! Sign-in throttling: a token bucket per account and one per address.
//!
//! A bucket starts full, a try takes one token, and tokens come back at a steady pace. A right password refills the
//! account's bucket and gives the address its token back. Kept in memory only: a restart forgets, which costs an attacker
//! nothing that matters against Argon2id.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};

use jiff::{SignedDuration, Timestamp};

/// Most buckets kept per sort; full ones are forgotten first, then the fullest.
const MAX_BUCKETS: usize = 10_000;

/// The size of a bucket and how fast it fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Tries in one go.
    pub burst: u32,
    /// Time for one more try.
    pub every: SignedDuration,
}

impl Pace {
    /// Per account: 10 tries, then one a minute.
    pub const ACCOUNT: Self = Self { burst: 10, every: SignedDuration::from_secs(60) };
    /// Per address, behind which many people may sit: 50 tries, then one every five seconds.
    pub const ADDRESS: Self = Self { burst: 50, every: SignedDuration::from_secs(5) };
}

/// Too many tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many tries to sign in; try again in {retry_after_seconds} seconds")]
pub struct Throttled {
    /// Whole seconds until a try is allowed again; for `Retry-After`.
    pub retry_after_seconds: u64,
}

/// The buckets of all accounts and addresses. The caller holds it in a mutex.
#[derive(Debug)]
pub struct Throttle {
    accounts: Buckets<String>,
    addresses: Buckets<IpAddr>,
}

impl Default for Throttle {
    fn default() -> Self {
        Self::new(Pace::ACCOUNT, Pace::ADDRESS)
    }
}

impl Throttle {
    /// Empty, with these paces.
    #[must_use]
    pub fn new(account: Pace, address: Pace) -> Self {
        Self { accounts: Buckets::new(account), addresses: Buckets::new(address) }
    }

    /// Takes one try of the account (as typed, known or not) and of the address, before the password is
    /// looked at.
    ///
    /// # Errors
    /// When either has none left; the other then keeps its try.
    pub fn attempt(&mut self, account: &str, address: IpAddr, now: Timestamp) -> Result<(), Throttled> {
        let (account, address) = (name(account), network(address));
        self.accounts.check(&account, now)?;
        self.addresses.check(&address, now)?;
        self.accounts.take(account, now);
        self.addresses.take(address, now);
        Ok(())
    }

    /// The password was right: all tries of the account come back, and this one of the address. Earlier wrong ones still
    /// count against the address, so whoever has an account guesses no faster at those of others.
    pub fn succeeded(&mut self, account: &str, address: IpAddr) {
        self.accounts.full_at.remove(&name(account));
        self.addresses.give_back(&network(address));
    }
}

fn name(account: &str) -> String {
    account.trim().to_lowercase().chars().take(200).collect()
}

/// One bucket per IPv6 network of 64 bits, because whoever has one address of it has them all.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from(u128::from(address) >> 64 << 64)),
    }
}

/// A bucket is the moment at which it will be full again; one that is full need not be kept.
#[derive(Debug)]
struct Buckets<K> {
    pace: Pace,
    full_at: HashMap<K, Timestamp>,
}

impl<K: Hash + Eq + Clone> Buckets<K> {
    fn new(pace: Pace) -> Self {
        Self { pace, full_at: HashMap::new() }
    }

    fn check(&self, key: &K, now: Timestamp) -> Result<(), Throttled> {
        let Some(full_at) = self.full_at.get(key) else { return Ok(()) };
        let room = self.pace.every * i32::try_from(self.pace.burst.saturating_sub(1)).unwrap_or(i32::MAX);
        let wait = full_at.duration_since(now) - room;
        if wait <= SignedDuration::ZERO {
            return Ok(());
        }
        let seconds = u64::try_from(wait.as_millis()).unwrap_or(0).div_ceil(1000);
        Err(Throttled { retry_after_seconds: seconds })
    }

    fn take(&mut self, key: K, now: Timestamp) {
        if self.full_at.len() >= MAX_BUCKETS && !self.full_at.contains_key(&key) {
            self.make_room(now);
        }
        let bucket = self.full_at.entry(key).or_insert(now);
        *bucket = (*bucket).max(now).checked_add(self.pace.every).unwrap_or(Timestamp::MAX);
    }

    fn give_back(&mut self, key: &K) {
        let Some(bucket) = self.full_at.get_mut(key) else { return };
        *bucket = bucket.checked_sub(self.pace.every).unwrap_or(Timestamp::MIN);
    }

    fn make_room(&mut self, now: Timestamp) {
        self.full_at.retain(|_, full_at| *full_at > now);
        if self.full_at.len() >= MAX_BUCKETS
            && let Some(soonest) =
                self.full_at.iter().min_by_key(|(_, full_at)| **full_at).map(|(key, _)| key.clone())
        {
            self.full_at.remove(&soonest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttle() -> Throttle {
        let account = Pace { burst: 3, every: SignedDuration::from_secs(60) };
        let address = Pace { burst: 5, every: SignedDuration::from_secs(10) };
        Throttle::new(account, address)
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_780_000_000 + seconds).unwrap()
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_account_is_slowed_down_from_every_address_and_recovers() {
        let mut throttle = throttle();
        for host in 1..=3 {
            assert_eq!(throttle.attempt("ada", IpAddr::from([192, 0, 2, host]), at(0)), Ok(()));
        }
        let refused = throttle.attempt(" ADA ", address("192.0.2.9"), at(1)).unwrap_err();
        assert_eq!(refused.retry_after_seconds, 59);
        assert!(refused.to_string().contains("59 seconds"));
        assert_eq!(throttle.attempt("ada", address("192.0.2.9"), at(60)), Ok(()), "one try came back");
        assert!(throttle.attempt("ada", address("192.0.2.9"), at(60)).is_err(), "one only");
        assert_eq!(throttle.attempt("bob", address("192.0.2.9"), at(60)), Ok(()), "others are not slowed");
    }

    #[test]
    fn an_address_is_slowed_down_over_all_accounts() {
        let mut throttle = throttle();
        for account in ["a", "b", "c", "d", "e"] {
            assert_eq!(throttle.attempt(account, address("192.0.2.1"), at(0)), Ok(()));
        }
        assert_eq!(
            throttle.attempt("f", address("192.0.2.1"), at(0)),
            Err(Throttled { retry_after_seconds: 10 })
        );
        assert_eq!(throttle.attempt("f", address("192.0.2.2"), at(0)), Ok(()));
    }

    #[test]
    fn an_ipv6_network_is_one_address() {
        let mut throttle = throttle();
        for (index, account) in ["a", "b", "c", "d", "e"].into_iter().enumerate() {
            let host = address(&format!("2001:db8::{index}"));
            assert_eq!(throttle.attempt(account, host, at(0)), Ok(()));
        }
        assert!(throttle.attempt("f", address("2001:db8::ffff"), at(0)).is_err());
        assert!(throttle.attempt("f", address("2001:db8:0:1::1"), at(0)).is_ok());
        let mut mapped = self::throttle();
        for account in ["a", "b", "c", "d", "e"] {
            mapped.attempt(account, address("::ffff:192.0.2.1"), at(0)).unwrap();
        }
        assert!(mapped.attempt("f", address("192.0.2.1"), at(0)).is_err(), "the same IPv4 address");
    }

    #[test]
    fn a_refused_try_costs_nothing() {
        let mut throttle = throttle();
        for _ in 0..3 {
            throttle.attempt("ada", address("192.0.2.1"), at(0)).unwrap();
        }
        for _ in 0..100 {
            throttle.attempt("ada", address("192.0.2.1"), at(0)).unwrap_err();
        }
        assert_eq!(throttle.attempt("bob", address("192.0.2.1"), at(0)), Ok(()));
        assert_eq!(throttle.attempt("ada", address("192.0.2.1"), at(60)), Ok(()));
    }

    #[test]
    fn a_right_password_gives_the_tries_back() {
        let mut throttle = throttle();
        for _ in 0..3 {
            throttle.attempt("ada", address("192.0.2.1"), at(0)).unwrap();
        }
        throttle.succeeded("Ada", address("192.0.2.1"));
        assert_eq!(throttle.attempt("ada", address("192.0.2.1"), at(0)), Ok(()));
    }

    #[test]
    fn right_passwords_never_slow_a_team_behind_one_address() {
        let mut throttle = throttle();
        for person in 0..100 {
            let account = format!("person{person}");
            assert_eq!(throttle.attempt(&account, address("192.0.2.1"), at(0)), Ok(()), "{account}");
            throttle.succeeded(&account, address("192.0.2.1"));
        }
        assert_eq!(throttle.attempt("ada", address("2001:db8::1"), at(0)), Ok(()));
        throttle.succeeded("ada", address("2001:db8::2"));
        assert!(throttle.addresses.full_at.values().all(|full_at| *full_at <= at(0)), "nothing is owed");
    }

    #[test]
    fn a_right_password_gives_wrong_ones_from_its_address_no_try_back() {
        let mut throttle = throttle();
        for account in ["a", "b", "c", "d"] {
            throttle.attempt(account, address("192.0.2.1"), at(0)).unwrap();
            throttle.attempt("own", address("192.0.2.1"), at(0)).unwrap();
            throttle.succeeded("own", address("192.0.2.1"));
        }
        assert_eq!(throttle.attempt("e", address("192.0.2.1"), at(0)), Ok(()));
        assert!(throttle.attempt("f", address("192.0.2.1"), at(0)).is_err(), "five wrong ones, and no more");
    }

    #[test]
    fn memory_is_bounded_and_the_busiest_are_remembered() {
        let mut throttle = Throttle::new(
            Pace { burst: 3, every: SignedDuration::from_secs(60) },
            Pace { burst: u32::MAX, every: SignedDuration::ZERO },
        );
        for _ in 0..3 {
            throttle.attempt("ada", address("192.0.2.1"), at(0)).unwrap();
        }
        for number in 0..2 * MAX_BUCKETS {
            throttle.attempt(&format!("guess{number}"), address("192.0.2.1"), at(1)).unwrap();
        }
        assert!(throttle.accounts.full_at.len() <= MAX_BUCKETS);
        assert!(throttle.attempt("ada", address("192.0.2.1"), at(2)).is_err());
    }
}
