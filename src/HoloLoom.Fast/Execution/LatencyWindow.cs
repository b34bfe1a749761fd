namespace HoloLoom.Fast.Execution;

/// <summary>The latest latencies of one backend, and their quantile. Writers race for nothing but a slot; a reader may see a few of them late.</summary>
internal sealed class LatencyWindow(double quantile)
{
    private const int Size = 256;
    private const int Every = 32;

    private readonly float[] _latest = new float[Size];
    private int _count;
    private int _computedAt;
    private double _value;

    /// <summary>How many latencies were added.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Adds a latency.</summary>
    /// <param name="milliseconds">0 or more.</param>
    public void Add(double milliseconds)
    {
        int at = Interlocked.Increment(ref _count) - 1;
        _latest[at & (Size - 1)] = (float)milliseconds;
        if (at == int.MaxValue - 1)
        {
            Volatile.Write(ref _count, Size);
        }
    }

    /// <summary>The quantile of the latest 256, at most 32 additions old; 0 without any.</summary>
    public double Quantile()
    {
        int count = Count;
        if (count == 0)
        {
            return 0;
        }

        if (_computedAt == 0 || Math.Abs(count - _computedAt) >= Every || count < Every)
        {
            Span<float> sorted = stackalloc float[Size];
            sorted = sorted[..Math.Min(count, Size)];
            _latest.AsSpan(0, sorted.Length).CopyTo(sorted);
            sorted.Sort();
            Volatile.Write(ref _value, sorted[(int)Math.Ceiling(quantile * sorted.Length) - 1]);
            _computedAt = count;
        }

        return Volatile.Read(ref _value);
    }
}
