//! Hashes of rows. Where a row is kept depends on them; whether two rows are the same does not,
//! unless fingerprints are all that is kept.

use xxhash_rust::xxh3::Xxh3;

/// Words of a fingerprint.
pub(super) const FINGERPRINT: usize = 2;

/// Numbers without a pattern.
const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
const SEED: u64 = 0x2545_F491_4F6C_DD1D;

/// A hash of the bits of `row` that are in `key`: two words with each product.
#[inline(always)]
pub(in crate::engine) fn fold(row: &[u64], key: &[u64]) -> u64 {
    let mut hash = SEED;
    let mut words = row.iter().zip(key).map(|(&word, &mask)| word & mask);
    while let Some(word) = words.next() {
        let other = words.next().unwrap_or_default();
        hash = multiply(hash ^ word, FACTOR ^ other) ^ hash.rotate_left(23);
    }
    multiply(hash, FACTOR)
}

/// Both halves of the product in one word.
#[inline(always)]
const fn multiply(left: u64, right: u64) -> u64 {
    let product = left as u128 * right as u128;
    product as u64 ^ (product >> 64) as u64
}

/// Whether two rows of the same length are the same. Rows are too short to be worth a call.
#[inline(always)]
pub(in crate::engine) fn same(left: &[u64], right: &[u64]) -> bool {
    let differences = left.iter().zip(right).map(|(left, right)| left ^ right);
    differences.fold(0, |all, one| all | one) == 0
}

/// Appends a row to others. As with [`same`], the shortest ones go without a call.
#[inline(always)]
pub(in crate::engine) fn append(rows: &mut Vec<u64>, row: &[u64]) {
    match *row {
        [one] => rows.push(one),
        [one, two] => rows.extend_from_slice(&[one, two]),
        [one, two, three] => rows.extend_from_slice(&[one, two, three]),
        [one, two, three, four] => rows.extend_from_slice(&[one, two, three, four]),
        _ => rows.extend_from_slice(row),
    }
}

/// 128 bits that stand for a row.
pub(super) fn fingerprint(row: &[u64]) -> [u64; FINGERPRINT] {
    let mut hasher = Xxh3::new();
    for word in row {
        hasher.update(&word.to_le_bytes());
    }
    let hash = hasher.digest128();
    [hash as u64, (hash >> 64) as u64]
}
