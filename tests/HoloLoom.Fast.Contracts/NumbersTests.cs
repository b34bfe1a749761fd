using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Contracts;

/// <summary>Numbers and layouts that other languages build on: they may grow, never change.</summary>
public sealed class NumbersTests
{
    [Fact]
    public void Answers_of_recording_are_frozen() =>
        Assert.Equal([("Accepted", 0), ("Duplicate", 1), ("Expired", 2), ("Unknown", 3)],
            Enum.GetValues<RecordResult>().Select(static value => (value.ToString(), (int)value)));

    [Fact]
    public void Flags_of_a_decision_are_frozen() =>
        Assert.Equal([("None", 0), ("PreferredUnavailable", 1), ("Learned", 2), ("UniformSlice", 4)],
            Enum.GetValues<DecisionFlags>().Select(static value => (value.ToString(), (int)value)));

    [Fact]
    public void A_decision_is_32_bytes_with_the_id_first()
    {
        Assert.Equal(32, Unsafe.SizeOf<Decision>());
        Assert.Equal(16, Unsafe.SizeOf<DecisionId>());
        using var router = new Router(new RouterOptions { Strategy = "rules", Seed = 9 });
        Decision decision = router.Route("find my latest papers on this");
        Span<byte> bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(new Span<Decision>(ref decision));
        Assert.Equal(decision.Id, DecisionId.FromBytes(bytes));
        Assert.Equal(decision.Confidence, BitConverter.ToSingle(bytes[16..]));
        Assert.Equal(decision.Backend, BitConverter.ToUInt16(bytes[20..]));
        Assert.Equal(decision.QueryType, BitConverter.ToUInt16(bytes[22..]));
        Assert.Equal(decision.Variant, BitConverter.ToUInt16(bytes[24..]));
        Assert.Equal((ushort)decision.Flags, BitConverter.ToUInt16(bytes[26..]));
        Assert.Equal(0, BitConverter.ToInt32(bytes[28..]));
    }
}
