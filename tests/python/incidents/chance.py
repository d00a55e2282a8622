"""Random draws. Python's standard library has neither a Poisson nor a binomial distribution."""

import math

# Above this size, a normal distribution is close enough.
EXACT = 40
# Quantiles of a log-normal distribution, in standard deviations, with their shares. Percentiles up to p99 come out right.
QUANTILES = ((-0.84, 0.4), (0.0, 0.2), (0.67, 0.25), (1.28, 0.08), (1.65, 0.04), (2.05, 0.02), (2.58, 0.01))
P99 = 2.326


def poisson(random, mean):
    if mean > EXACT:
        return max(0, round(random.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), random.random(), 0
    while product > limit:
        product *= random.random()
        count += 1
    return count


def binomial(random, count, share):
    if share <= 0 or count == 0:
        return 0
    if share >= 1:
        return count
    if count <= EXACT:
        return sum(random.random() < share for _ in range(count))
    drawn = round(random.gauss(count * share, math.sqrt(count * share * (1 - share))))
    return min(count, max(0, drawn))


def log_normal(random, count, median, p99):
    """`(value, count)` pairs: each value for a few, quantiles for many, whose counts are rounded at random."""
    if count == 0:
        return []
    spread = math.log(p99 / median) / P99
    if count <= len(QUANTILES):
        return [(median * math.exp(spread * random.gauss(0, 1)), 1) for _ in range(count)]
    pairs = [(median * math.exp(spread * at), int(share * count + random.random())) for at, share in QUANTILES]
    return [(value, number) for value, number in pairs if number]
