using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Learning;

/// <summary>Counts latencies in buckets a sixteenth of an octave wide, from 2^−6 ms to 2^26 ms: a quantile is within 3.2 % there.</summary>
internal static class LatencyHistogram
{
    public const int Buckets = Octaves * PerOctave;

    private const int Octaves = 32;
    private const int PerOctave = 16;
    private const int FirstExponent = -6;

    /// <summary>The bucket of a latency; beyond either end, the last.</summary>
    /// <param name="latencyMs">0 or more.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Bucket(double latencyMs)
    {
        // The exponent and the four bits below it, which grow with the number.
        long place = (BitConverter.DoubleToInt64Bits(latencyMs) >> 48) - ((1023L + FirstExponent) << 4);
        return (int)Math.Clamp(place, 0, Buckets - 1);
    }

    /// <summary>A quantile by the nearest rank, at the middle of its bucket; NaN without counts.</summary>
    public static double Quantile(ReadOnlySpan<long> counts, double p)
    {
        long total = 0;
        foreach (long count in counts)
        {
            total += count;
        }

        long rank = Math.Max(1, (long)Math.Ceiling(p * total));
        for (int bucket = 0; bucket < counts.Length; bucket++)
        {
            rank -= counts[bucket];
            if (rank <= 0 && total > 0)
            {
                double low = double.ScaleB(1 + bucket % PerOctave / (double)PerOctave, FirstExponent + bucket / PerOctave);
                return low * (1 + 0.5 / PerOctave / (1 + bucket % PerOctave / (double)PerOctave));
            }
        }

        return double.NaN;
    }
}
