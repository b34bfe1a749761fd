using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Internals;

/// <summary>
/// Where a unit (a user, a session) stands in an experiment: the same number in every language, build and process. SipHash-1-3 (Aumasson
/// and Bernstein, INDOCRYPT 2012) of the unit's UTF-8 bytes, its key derived from the experiment's name; further numbers by the finalizer
/// of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
/// </summary>
/// <param name="Key0">SipHash-1-3 of the experiment's name under the key (0, 0).</param>
/// <param name="Key1">SipHash-1-3 of the experiment's name under the key (1, 0).</param>
internal readonly record struct UnitHash(ulong Key0, ulong Key1)
{
    /// <summary>Added to a unit's hash to ask whether it is held out, and whether it is in the uniform slice.</summary>
    public const ulong HoldoutQuestion = 0x9E3779B97F4A7C15;

    /// <inheritdoc cref="HoldoutQuestion"/>
    public const ulong SliceQuestion = 0x3C6EF372FE94F82A;

    public static UnitHash Of(ReadOnlySpan<byte> experiment) => new(SipHash13.Hash(experiment, 0, 0), SipHash13.Hash(experiment, 1, 0));

    /// <summary>What is added to a unit's hash to ask for its number for a variant.</summary>
    public static ulong VariantQuestion(ReadOnlySpan<byte> variant) => SipHash13.Hash(variant, 2, 0);

    /// <summary>A unit's hash.</summary>
    public ulong Hash(ReadOnlySpan<byte> unit) => SipHash13.Hash(unit, Key0, Key1);

    /// <summary>The finalizer of SplitMix64: a bijection that leaves no trace of how its arguments differ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong x)
    {
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
        x = (x ^ x >> 27) * 0x94D049BB133111EB;
        return x ^ x >> 31;
    }
}
