"""Assigns units to the variants of an experiment; an independent twin of TrafficPlan.Sticky. Reads units, prints a slot a line."""
import math
import sys

MASK = (1 << 64) - 1


def rotate(x, n):
    return (x << n | x >> (64 - n)) & MASK


def siphash13(message, k0, k1):
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]

    def turn():
        v[0] = (v[0] + v[1]) & MASK
        v[1] = rotate(v[1], 13) ^ v[0]
        v[0] = rotate(v[0], 32)
        v[2] = (v[2] + v[3]) & MASK
        v[3] = rotate(v[3], 16) ^ v[2]
        v[0] = (v[0] + v[3]) & MASK
        v[3] = rotate(v[3], 21) ^ v[0]
        v[2] = (v[2] + v[1]) & MASK
        v[1] = rotate(v[1], 17) ^ v[2]
        v[2] = rotate(v[2], 32)

    whole = len(message) // 8 * 8
    words = [int.from_bytes(message[i:i + 8], "little") for i in range(0, whole, 8)]
    words.append(int.from_bytes(message[whole:], "little") | (len(message) & 255) << 56)
    for word in words:
        v[3] ^= word
        turn()
        v[0] ^= word
    v[2] ^= 255
    for _ in range(3):
        turn()
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def mix(x):
    x &= MASK
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & MASK
    x = (x ^ x >> 27) * 0x94D049BB133111EB & MASK
    return x ^ x >> 31


def slot(unit, experiment, variants, holdout, exploration):
    name = experiment.encode()
    h = siphash13(unit, siphash13(name, 0, 0), siphash13(name, 1, 0))
    if mix(h + 0x9E3779B97F4A7C15) < int(holdout * 2.0**64):
        return len(variants)
    questions = [siphash13(v.encode(), 2, 0) for v, _ in variants]
    total = sum(w for _, w in variants)
    shares = [w / total for _, w in variants]
    part = min(1, max(exploration, len(variants) * min(shares)))
    if mix(h + 0x3C6EF372FE94F82A) < int(part * 2.0**64):
        return max(range(len(variants)), key=lambda i: mix(h + questions[i])) | 8
    rest = [max(0, s - part / len(variants)) for s in shares]
    times = {i: -math.log(((mix(h + questions[i]) >> 11) + 0.5) / 2.0**53) / rest[i] for i in range(len(rest)) if rest[i] > 1e-12}
    return min(times, key=times.get)


if __name__ == "__main__":
    for line in sys.stdin.buffer.read().split(b"\n")[:-1]:
        print(slot(line, "checkout", [("control", 1), ("größer", 2), ("third", 3)], 0.1, 0.05))
