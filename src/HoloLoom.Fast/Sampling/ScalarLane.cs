using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Sampling;

/// <summary>One double, by plain arithmetic: what runs where there are no vectors, and the twin that the vectors are tested against.</summary>
/// <remarks>SAFETY: <c>Load</c> and <c>Store</c> touch eight bytes.</remarks>
internal readonly unsafe struct ScalarLane(double value) : ILanes<ScalarLane>
{
    private readonly double _value = value;

    public static int Count => 1;

    private ulong Bits => BitConverter.DoubleToUInt64Bits(_value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane operator +(ScalarLane left, ScalarLane right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane operator -(ScalarLane left, ScalarLane right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane operator *(ScalarLane left, ScalarLane right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane operator /(ScalarLane left, ScalarLane right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane operator &(ScalarLane left, ScalarLane right) => AllBits(left.Bits & right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane operator |(ScalarLane left, ScalarLane right) => AllBits(left.Bits | right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane operator ^(ScalarLane left, ScalarLane right) => AllBits(left.Bits ^ right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane ShiftLeft(ScalarLane value, [ConstantExpected] int bits) => AllBits(value.Bits << bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane ShiftRight(ScalarLane value, [ConstantExpected] int bits) => AllBits(value.Bits >> bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane RotateLeft(ScalarLane value, [ConstantExpected] byte bits) => AllBits(BitOperations.RotateLeft(value.Bits, bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane AddBits(ScalarLane left, ScalarLane right) => AllBits(left.Bits + right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Sqrt(ScalarLane value) => new(Math.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane All(double value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane AllBits(ulong value) => new(BitConverter.UInt64BitsToDouble(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Load(double* from) => new(*from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ScalarLane value, double* to) => *to = value._value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Less(ScalarLane left, ScalarLane right) => MaskIf(left._value < right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Min(ScalarLane left, ScalarLane right) => new(double.MinNative(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Max(ScalarLane left, ScalarLane right) => left._value < right._value ? right : left;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Largest(ScalarLane value) => value._value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Equal(ScalarLane left, ScalarLane right) => MaskIf(left._value == right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Select(ScalarLane mask, ScalarLane left, ScalarLane right) => mask.Bits != 0 ? left : right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint SignBits(ScalarLane value) => (uint)(value.Bits >> 63);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane MaskOf(uint bits) => MaskIf((bits & 1) != 0);

    /// <summary>The number.</summary>
    public double ToDouble() => _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ScalarLane MaskIf(bool condition) => AllBits(condition ? ulong.MaxValue : 0);
}
