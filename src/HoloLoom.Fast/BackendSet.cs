using System.Numerics;

namespace HoloLoom.Fast;

/// <summary>A set of backends, one bit each: bit <c>i</c> stands for the backend at index <c>i</c> of <see cref="RouterOptions.Backends"/>.</summary>
/// <remarks>Eight bytes, passed by value. Bits beyond the router's last backend are ignored by every call that takes a set.</remarks>
/// <param name="Mask">The bits.</param>
public readonly record struct BackendSet(ulong Mask)
{
    /// <summary>The largest number of backends that a router can have.</summary>
    public const int MaxBackends = 64;

    /// <summary>Every backend that the router has.</summary>
    public static BackendSet All => new(ulong.MaxValue);

    /// <summary>No backend. Routing over it is an error.</summary>
    public static BackendSet None => default;

    /// <summary>How many backends the set holds, 0..64.</summary>
    public int Count => BitOperations.PopCount(Mask);

    /// <summary>The set of the given indices.</summary>
    /// <param name="backends">Indices, each 0..63.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside 0..63.</exception>
    public static BackendSet Of(params ReadOnlySpan<int> backends)
    {
        ulong mask = 0;
        foreach (int backend in backends)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(backend, nameof(backends));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(backend, MaxBackends, nameof(backends));
            mask |= 1UL << backend;
        }

        return new BackendSet(mask);
    }

    /// <summary>Whether the backend is in the set; false for an index outside 0..63.</summary>
    /// <param name="backend">A backend's index.</param>
    public bool Contains(int backend) => (uint)backend < MaxBackends && (Mask >> backend & 1) != 0;

    /// <summary>This set without the backend.</summary>
    /// <param name="backend">A backend's index; outside 0..63 nothing is removed.</param>
    public BackendSet Without(int backend) => (uint)backend < MaxBackends ? new(Mask & ~(1UL << backend)) : this;

    /// <summary>This set without the backends of another.</summary>
    /// <param name="others">The backends to leave out.</param>
    public BackendSet Without(BackendSet others) => new(Mask & ~others.Mask);

    /// <summary>The indices in the set, separated by commas, in braces.</summary>
    public override string ToString()
    {
        var indices = new List<int>(Count);
        for (ulong rest = Mask; rest != 0; rest &= rest - 1)
        {
            indices.Add(BitOperations.TrailingZeroCount(rest));
        }

        return $"{{{string.Join(',', indices)}}}";
    }
}
