/* Assigns units to the variants of an experiment; an independent twin of TrafficPlan.Sticky. Reads units, prints a slot a line. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { VARIANTS = 3 };

static uint64_t rotate(uint64_t x, int n) { return x << n | x >> (64 - n); }

static void turn(uint64_t v[4])
{
    v[0] += v[1]; v[1] = rotate(v[1], 13) ^ v[0]; v[0] = rotate(v[0], 32);
    v[2] += v[3]; v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3]; v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1]; v[1] = rotate(v[1], 17) ^ v[2]; v[2] = rotate(v[2], 32);
}

static uint64_t siphash13(const char *text, uint64_t k0, uint64_t k1)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t length = strlen(text), at = 0;
    uint64_t v[4] = { k0 ^ 0x736F6D6570736575u, k1 ^ 0x646F72616E646F6Du, k0 ^ 0x6C7967656E657261u, k1 ^ 0x7465646279746573u };
    for (;;) {
        uint64_t word = 0;
        int last = length - at < 8;
        for (size_t i = 0; i < (last ? length - at : 8); i++) word |= (uint64_t)bytes[at + i] << 8 * i;
        if (last) word |= (uint64_t)length << 56;
        v[3] ^= word; turn(v); v[0] ^= word;
        if (last) break;
        at += 8;
    }
    v[2] ^= 255;
    for (int i = 0; i < 3; i++) turn(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

int main(void)
{
    static const char *names[VARIANTS] = { "control", "gr\xC3\xB6\xC3\x9F" "er", "third" };
    static const double weights[VARIANTS] = { 1, 2, 3 };
    const double holdout = 0.1, exploration = 0.05;
    uint64_t k0 = siphash13("checkout", 0, 0), k1 = siphash13("checkout", 1, 0), questions[VARIANTS];
    double total = 0, least = 1, part, shares[VARIANTS];
    char unit[4096];
    for (int i = 0; i < VARIANTS; i++) { total += weights[i]; questions[i] = siphash13(names[i], 2, 0); }
    for (int i = 0; i < VARIANTS; i++) { shares[i] = weights[i] / total; if (shares[i] < least) least = shares[i]; }
    part = VARIANTS * least > exploration ? VARIANTS * least : exploration;
    while (fgets(unit, sizeof unit, stdin)) {
        unit[strcspn(unit, "\n")] = 0;
        uint64_t h = siphash13(unit, k0, k1), most = 0;
        int slot = VARIANTS;
        if (mix(h + 0x9E3779B97F4A7C15u) >= (uint64_t)(holdout * 18446744073709551616.0)) {
            if (mix(h + 0x3C6EF372FE94F82Au) < (uint64_t)(part * 18446744073709551616.0)) {
                for (int i = 0; i < VARIANTS; i++)
                    if (mix(h + questions[i]) > most) { most = mix(h + questions[i]); slot = i | 8; }
            } else {
                double soonest = INFINITY;
                for (int i = 0; i < VARIANTS; i++) {
                    double rest = shares[i] - part / VARIANTS;
                    if (rest <= 1e-12) continue;
                    double time = -log(((double)(mix(h + questions[i]) >> 11) + 0.5) / 9007199254740992.0) / rest;
                    if (time < soonest) { soonest = time; slot = i; }
                }
            }
        }
        printf("%d\n", slot);
    }
    return 0;
}
