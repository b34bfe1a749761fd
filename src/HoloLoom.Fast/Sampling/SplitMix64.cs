namespace HoloLoom.Fast.Sampling;

/// <summary>SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): turns one 64-bit seed into well-mixed words, to seed other generators.</summary>
internal struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
