using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using HoloLoom.Fast.Persistence;

namespace HoloLoom.Fast.Tests.Persistence;

public sealed class StateCodecTests
{
    [Property]
    public Property Any_snapshot_survives_a_round_trip() => Prop.ForAll(
        Snapshots.Any(),
        static snapshot => Snapshots.Describe(StateCodec.Decode(StateCodec.Encode(snapshot))) == Snapshots.Describe(snapshot));

    [Fact]
    public void Every_field_survives_a_round_trip()
    {
        string expected = Snapshots.Describe(Snapshots.Full());
        Assert.Equal(expected, Snapshots.Describe(StateCodec.Decode(StateCodec.Encode(Snapshots.Full()))));
        Assert.NotEqual(expected, Snapshots.Describe(new StateSnapshot()));
    }

    [Fact]
    public void Header_is_laid_out_as_documented()
    {
        byte[] bytes = StateCodec.Encode(Snapshots.Full());
        Assert.Equal("HLFSTATE", Encoding.ASCII.GetString(bytes, 0, 8));
        Assert.Equal(1u, BitConverter.ToUInt32(bytes, 8));
        Assert.Equal(1u, BitConverter.ToUInt32(bytes, 12));
        Assert.Equal((ulong)bytes.Length - 32, BitConverter.ToUInt64(bytes, 16));
        Assert.Equal((byte)'{', bytes[32]);
        Assert.Equal((byte)'}', bytes[^1]);
    }

    [Fact]
    public void Truncation_at_every_length_is_detected()
    {
        byte[] bytes = StateCodec.Encode(Snapshots.Full());
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(StateFault.Truncated, FaultOf(bytes.AsSpan(0, length)));
        }
    }

    [Fact]
    public void A_change_of_any_byte_is_detected()
    {
        byte[] bytes = StateCodec.Encode(Snapshots.Full());
        for (int i = 0; i < bytes.Length; i++)
        {
            foreach (byte change in (byte[])[1, 2, 4, 8, 16, 32, 64, 128, 255])
            {
                bytes[i] ^= change;
                StateFault fault = FaultOf(bytes);
                Assert.True(fault is StateFault.NotAState or StateFault.Truncated or StateFault.Damaged, $"byte {i} ^ {change}: {fault}");
                bytes[i] ^= change;
            }
        }

        _ = StateCodec.Decode(bytes);
    }

    [Fact]
    public void Bytes_after_the_end_are_detected() =>
        Assert.Equal(StateFault.Damaged, FaultOf([.. StateCodec.Encode(Snapshots.Full()), 0]));

    [Theory]
    [InlineData("")]
    [InlineData("HLF")]
    public void A_file_cut_within_the_magic_is_truncated(string text) => Assert.Equal(StateFault.Truncated, FaultOf(Encoding.ASCII.GetBytes(text)));

    [Theory]
    [InlineData("{\"backends\":[]}")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    public void Other_files_are_told_apart(string text) => Assert.Equal(StateFault.NotAState, FaultOf(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_newer_file_that_asks_for_a_newer_reader_is_refused_as_such()
    {
        StateCorruptException e = Assert.Throws<StateCorruptException>(() => StateCodec.Decode(StateCodec.Encode(Snapshots.Full(), 9, 2)));
        Assert.Equal(StateFault.Newer, e.Fault);
        Assert.Contains("state format 2", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_file_that_older_readers_may_read_is_read_and_its_unknown_fields_skipped()
    {
        byte[] payload = Encoding.UTF8.GetBytes("""{"boot":5,"invented":{"later":[1,2,{"a":null}]},"cells":[{"queryType":"q","backend":"b","successes":1.5,"new":"x"}]}""");
        StateSnapshot snapshot = StateCodec.Decode(StateCodec.EncodePayload(payload, 2, 1));
        Assert.Equal(5UL, snapshot.Boot);
        Assert.Equal(1.5, Assert.Single(snapshot.Cells).Successes);
        Assert.Empty(snapshot.Generations);
        Assert.Equal(4, snapshot.OutcomesByResult.Length);
    }

    [Fact]
    public void Fewer_answer_counts_than_there_are_answers_are_filled_up()
    {
        StateSnapshot snapshot = StateCodec.Decode(StateCodec.EncodePayload("""{"outcomesByResult":[3]}"""u8, 1, 1));
        Assert.Equal([3L, 0, 0, 0], snapshot.OutcomesByResult);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"boot\":-1}")]
    [InlineData("{\"cells\":null}")]
    [InlineData("{\"cells\":[null]}")]
    [InlineData("{\"generations\":[null]}")]
    [InlineData("{\"generations\":[{\"backends\":[null]}]}")]
    [InlineData("{\"generations\":[{\"queryTypes\":[null]}]}")]
    [InlineData("{\"cells\":[{\"backend\":null}]}")]
    [InlineData("{\"ledger\":null}")]
    [InlineData("{\"ledger\":{\"blocks\":[null]}}")]
    [InlineData("{\"ledger\":{\"blocks\":[{\"bits\":\"%%\"}]}}")]
    public void An_undamaged_payload_that_is_no_state_is_unreadable(string payload) =>
        Assert.Equal(StateFault.Unreadable, FaultOf(StateCodec.EncodePayload(Encoding.UTF8.GetBytes(payload), 1, 1)));

    private static StateFault FaultOf(ReadOnlySpan<byte> bytes)
    {
        byte[] copy = bytes.ToArray();
        return Assert.Throws<StateCorruptException>(() => StateCodec.Decode(copy)).Fault;
    }
}
