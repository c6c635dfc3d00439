/* The workload as plain loops over arrays: the limit that the others are measured against.
 *
 * One resistance a firm, drawn from xoshiro256++ (Blackman and Vigna 2021, doi:10.1145/3460772). A month takes the hazard of every firm from
 * what is left of its resistance, finds who has none left, and then tells the out-neighbours. Loops are written so that the compiler can use
 * vectors, and in single precision, which makes them twice as wide: its rounding is far below Monte Carlo error.
 */
#include <math.h>
#include <stdint.h>

#define BLOCK 32

static inline uint64_t rotate(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

static inline uint64_t next_bits(uint64_t s[4]) {
    uint64_t result = rotate(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0]; s[3] ^= s[1]; s[1] ^= s[2]; s[0] ^= s[3]; s[2] ^= t; s[3] = rotate(s[3], 45);
    return result;
}

/* out: adopters by month; hazard, left: padded many of each, adopter: n, all the caller's; start, target: out-neighbours;
 * padded: n rounded up to a multiple of BLOCK. */
void simulate(int64_t n, int64_t padded, int64_t months, double p, double q_each, uint64_t seed, const int32_t *restrict start,
              const int32_t *restrict target, float *restrict hazard, float *restrict left, int32_t *restrict adopter, int64_t *restrict out) {
    uint64_t s[4] = {seed * 0x9E3779B97F4A7C15u + 1, seed ^ 0xBF58476D1CE4E5B9u, 0x94D049BB133111EBu, seed + 0x2545F4914F6CDD1Du};
    for (int k = 0; k < 16; k++) next_bits(s);
    for (int64_t i = 0; i < padded; i++) {
        hazard[i] = (float)p;
        left[i] = i < n ? -logf((float)(((double)(next_bits(s) >> 12) + 0.5) * 0x1p-52)) : INFINITY;
    }
    int64_t adopted = 0;
    for (int64_t month = 0; month < months; month++) {
        int64_t before = adopted;
        for (int64_t block = 0; block < padded; block += BLOCK) {
            int any = 0;
            for (int64_t i = block; i < block + BLOCK; i++) {
                left[i] -= hazard[i];
                any |= left[i] <= 0;
            }
            if (any)
                for (int64_t i = block; i < block + BLOCK; i++)
                    if (left[i] <= 0) {
                        left[i] = INFINITY;
                        adopter[adopted++] = (int32_t)i;
                    }
        }
        for (int64_t k = before; k < adopted; k++)
            for (int32_t tie = start[adopter[k]]; tie < start[adopter[k] + 1]; tie++) hazard[target[tie]] += (float)q_each;
        out[month] = adopted;
    }
}
