using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Sampling;

/// <summary>xoshiro256++ in as many lanes as the type has, each the scalar generator's own stream.</summary>
/// <remarks>
/// A local of this type has to stay one: passed by reference to something that is not inlined, every step would go through memory.
/// <para>SAFETY: reads and writes the lanes of <see cref="SampleStreams"/> from the given one on; the caller keeps lane plus count within eight.</para>
/// </remarks>
internal unsafe struct XoshiroLanes<T>
    where T : unmanaged, ILanes<T>
{
    private T _s0;
    private T _s1;
    private T _s2;
    private T _s3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public XoshiroLanes(SampleStreams* streams, int lane)
    {
        double* words = (double*)streams->Lanes + lane;
        _s0 = T.Load(words);
        _s1 = T.Load(words + SampleStreams.LaneCount);
        _s2 = T.Load(words + 2 * SampleStreams.LaneCount);
        _s3 = T.Load(words + 3 * SampleStreams.LaneCount);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Next()
    {
        T result = T.AddBits(T.RotateLeft(T.AddBits(_s0, _s3), 23), _s0);
        T t = T.ShiftLeft(_s1, 17);
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = T.RotateLeft(_s3, 45);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(SampleStreams* streams, int lane)
    {
        double* words = (double*)streams->Lanes + lane;
        T.Store(_s0, words);
        T.Store(_s1, words + SampleStreams.LaneCount);
        T.Store(_s2, words + 2 * SampleStreams.LaneCount);
        T.Store(_s3, words + 3 * SampleStreams.LaneCount);
    }
}
