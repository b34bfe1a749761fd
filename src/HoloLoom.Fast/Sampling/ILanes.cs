using System.Diagnostics.CodeAnalysis;

namespace HoloLoom.Fast.Sampling;

/// <summary>
/// Several doubles side by side, and their bits. The samplers are written once against this; a type per width makes the instructions of that
/// width of it, and <see cref="ScalarLane"/> the plain ones.
/// </summary>
/// <remarks>
/// Only operations that IEEE 754 rounds correctly are here, and no fused multiply-add: so every width gives the same bits. A mask has all
/// bits set in the lanes that it means.
/// </remarks>
/// <typeparam name="TSelf">The type itself.</typeparam>
internal unsafe interface ILanes<TSelf>
    where TSelf : unmanaged, ILanes<TSelf>
{
    static abstract int Count { get; }

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    static abstract TSelf operator &(TSelf left, TSelf right);

    static abstract TSelf operator |(TSelf left, TSelf right);

    static abstract TSelf operator ^(TSelf left, TSelf right);

    /// <summary>The bits as unsigned numbers, moved up.</summary>
    static abstract TSelf ShiftLeft(TSelf value, [ConstantExpected] int bits);

    /// <summary>The bits as unsigned numbers, moved down.</summary>
    static abstract TSelf ShiftRight(TSelf value, [ConstantExpected] int bits);

    static abstract TSelf RotateLeft(TSelf value, [ConstantExpected] byte bits);

    /// <summary>The sum of the bits as unsigned numbers.</summary>
    static abstract TSelf AddBits(TSelf left, TSelf right);

    static abstract TSelf Sqrt(TSelf value);

    static abstract TSelf All(double value);

    static abstract TSelf AllBits(ulong value);

    static abstract TSelf Load(double* from);

    static abstract void Store(TSelf value, double* to);

    /// <summary>Where left is less than right; nowhere for NaN.</summary>
    static abstract TSelf Less(TSelf left, TSelf right);

    /// <summary>The smaller of each two, none of which is NaN.</summary>
    static abstract TSelf Min(TSelf left, TSelf right);

    /// <summary>The larger of each two, none of which is NaN.</summary>
    static abstract TSelf Max(TSelf left, TSelf right);

    /// <summary>The largest lane; none is NaN.</summary>
    static abstract double Largest(TSelf value);

    static abstract TSelf Equal(TSelf left, TSelf right);

    /// <summary>Left where the mask is set, else right.</summary>
    static abstract TSelf Select(TSelf mask, TSelf left, TSelf right);

    /// <summary>The sign bits, lane 0 lowest.</summary>
    static abstract uint SignBits(TSelf value);

    /// <summary>The mask of which lanes' bits are set, lane 0 lowest.</summary>
    static abstract TSelf MaskOf(uint bits);
}
