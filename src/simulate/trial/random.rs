//! Random numbers.

use rand_distr::{Binomial, Distribution, Poisson, StandardNormal};
use rand_pcg::Pcg64Mcg;

pub(super) fn poisson(mean: f64, random: &mut Pcg64Mcg) -> u64 {
    // `Poisson` refuses a mean of zero.
    Poisson::new(mean).map_or(0, |poisson| rounded(poisson.sample(random)))
}

/// The number of successes among `count` tries.
pub(super) fn binomial(count: u64, chance: f64, random: &mut Pcg64Mcg) -> u64 {
    if count == 0 || chance <= 0.0 {
        return 0;
    }
    Binomial::new(count, chance.min(1.0)).map_or(0, |binomial| binomial.sample(random))
}

pub(super) fn standard_normal(random: &mut Pcg64Mcg) -> f64 {
    StandardNormal.sample(random)
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of requests are below 2^53 and not negative"
)]
pub(super) fn rounded(count: f64) -> u64 {
    count as u64
}
