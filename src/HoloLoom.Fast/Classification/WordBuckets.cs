using System.Numerics;

namespace HoloLoom.Fast.Classification;

/// <summary>Deals words to the buckets of a <see cref="WordFilter"/> so that few other words pass.</summary>
internal static class WordBuckets
{
    private const int Halves = 16;

    /// <summary>
    /// Cuts the sorted words into runs so that the sum, over the runs, of the share of all texts that pass for one of its words
    /// is least, as if every half of a character were as frequent as every other. By dynamic programming.
    /// </summary>
    /// <param name="sorted">Words in order, so that neighbours begin alike.</param>
    /// <param name="characters">How many characters of a word are looked at.</param>
    /// <param name="max">The most buckets.</param>
    public static IReadOnlyList<Range> Divide(byte[][] sorted, int characters, int max)
    {
        int count = sorted.Length;
        var least = new double[max + 1, count + 1];
        var cut = new int[max + 1, count + 1];
        for (int last = 1; last <= count; last++)
        {
            for (int buckets = 0; buckets <= max; buckets++)
            {
                least[buckets, last] = double.PositiveInfinity;
            }

            var run = new Run(characters);
            for (int first = last - 1; first >= 0; first--)
            {
                double share = run.Add(sorted[first]);
                for (int buckets = 1; buckets <= max; buckets++)
                {
                    double sum = least[buckets - 1, first] + share;
                    if (sum < least[buckets, last])
                    {
                        (least[buckets, last], cut[buckets, last]) = (sum, first);
                    }
                }
            }
        }

        var runs = new List<Range>();
        int best = Enumerable.Range(0, max + 1).MinBy(buckets => least[buckets, count]);
        for (int last = count; last > 0; last = cut[best--, last])
        {
            runs.Add(cut[best, last]..last);
        }

        return runs;
    }

    /// <summary>Which halves of each character the words of a run have.</summary>
    private struct Run(int characters)
    {
        private readonly ushort[] _low = new ushort[characters];
        private readonly ushort[] _high = new ushort[characters];

        public readonly double Add(byte[] word)
        {
            double share = 1;
            for (int i = 0; i < _low.Length; i++)
            {
                _low[i] |= i < word.Length ? (ushort)(1 << (word[i] & 15)) : ushort.MaxValue;
                _high[i] |= i < word.Length ? (ushort)(1 << (word[i] >> 4)) : ushort.MaxValue;
                share *= (double)BitOperations.PopCount(_low[i]) * BitOperations.PopCount(_high[i]) / (Halves * Halves);
            }

            return share;
        }
    }
}
