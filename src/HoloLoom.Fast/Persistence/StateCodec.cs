using System.Buffers.Binary;
using System.Text.Json;
using HoloLoom.Fast.Internals;

namespace HoloLoom.Fast.Persistence;

/// <summary>A state as bytes: a fixed header of 32 bytes, then JSON.</summary>
/// <remarks>
/// Header, little-endian: magic (8 bytes), version of the writer (u32), lowest version that can read it (u32), payload length (u64),
/// checksum over the header's first 24 bytes and the payload (u64). The header's layout and checksum stay as they are in every version:
/// only so can an old reader tell a newer file from a damaged one.
/// </remarks>
internal static class StateCodec
{
    public const uint FormatVersion = 1;
    public const uint MinimumReaderVersion = 1;
    public const int HeaderSize = 32;

    private const int ChecksumOffset = 24;

    // Public keys: the checksum finds damage, it does not authenticate.
    private const ulong ChecksumKey0 = 0x736D6F6F6C6F6C6F;
    private const ulong ChecksumKey1 = 0x6574617473747361;

    private static ReadOnlySpan<byte> Magic => "HLFSTATE"u8;

    /// <summary>Writes a state.</summary>
    public static byte[] Encode(StateSnapshot snapshot) => Encode(snapshot, FormatVersion, MinimumReaderVersion);

    /// <summary>Writes a state as another version of the format would mark it.</summary>
    internal static byte[] Encode(StateSnapshot snapshot, uint version, uint minimumReader) =>
        EncodePayload(JsonSerializer.SerializeToUtf8Bytes(snapshot, StateJsonContext.Default.StateSnapshot), version, minimumReader);

    /// <summary>Puts the header of the given version before a payload.</summary>
    internal static byte[] EncodePayload(ReadOnlySpan<byte> payload, uint version, uint minimumReader)
    {
        byte[] bytes = new byte[HeaderSize + payload.Length];
        payload.CopyTo(bytes.AsSpan(HeaderSize));
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), version);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), minimumReader);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), (ulong)payload.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(ChecksumOffset), Checksum(bytes));
        return bytes;
    }

    /// <summary>Reads a state.</summary>
    /// <exception cref="StateCorruptException">The bytes are not a whole and readable state; the message says in what way.</exception>
    public static StateSnapshot Decode(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> payload = CheckedPayload(bytes);
        try
        {
            StateSnapshot? snapshot = JsonSerializer.Deserialize(payload, StateJsonContext.Default.StateSnapshot);
            return Normalised(snapshot ?? throw new JsonException("The payload is null."));
        }
        catch (JsonException e)
        {
            throw new StateCorruptException(StateFault.Unreadable, $"it is undamaged, but not a state: {e.Message}", e);
        }
    }

    // The header's hash is the key of the payload's: one pass, and nothing is copied together.
    private static ulong Checksum(ReadOnlySpan<byte> bytes) => SipHash13.Hash(
        bytes[HeaderSize..],
        SipHash13.Hash(bytes[..ChecksumOffset], ChecksumKey0, ChecksumKey1),
        ChecksumKey1);

    private static ReadOnlySpan<byte> CheckedPayload(ReadOnlySpan<byte> bytes)
    {
        int begun = Math.Min(bytes.Length, Magic.Length);
        if (!bytes[..begun].SequenceEqual(Magic[..begun]))
        {
            throw new StateCorruptException(StateFault.NotAState, "it is not a state file: it does not begin with HLFSTATE");
        }

        if (bytes.Length < HeaderSize)
        {
            throw new StateCorruptException(StateFault.Truncated, $"it is truncated: {bytes.Length} of the header's {HeaderSize} bytes are there");
        }

        ulong expected = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        ulong found = (ulong)(bytes.Length - HeaderSize);
        if (found < expected)
        {
            throw new StateCorruptException(StateFault.Truncated, $"it is truncated: {found} of the payload's {expected} bytes are there");
        }

        if (found > expected || BinaryPrimitives.ReadUInt64LittleEndian(bytes[ChecksumOffset..]) != Checksum(bytes))
        {
            throw new StateCorruptException(
                StateFault.Damaged,
                found > expected ? $"it is damaged: {found - expected} bytes follow its end" : "it is damaged: the checksum does not match");
        }

        uint needed = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
        if (needed > FormatVersion)
        {
            throw new StateCorruptException(
                StateFault.Newer,
                $"a newer version wrote it: reading it takes state format {needed}, this version knows {FormatVersion}");
        }

        return bytes[HeaderSize..];
    }

    // What the type system promises to the code that uses a snapshot, a file has to be held to.
    private static StateSnapshot Normalised(StateSnapshot snapshot)
    {
        bool holes = snapshot.Generations.Any(static g => g is null || g.QueryTypes.Contains(null) || g.Backends.Contains(null))
            || snapshot.Cells.Contains(null!)
            || snapshot.Generations.Any(static g => g.Variants.Contains(null))
            || snapshot.Ledger.Blocks.Contains(null!)
            || snapshot.Amendments.Blocks.Contains(null!)
            || snapshot.Experiments.Any(static e => e is null
                || e.Variants.Any(static v => v is null || v.Cells.Contains(null!)) || e.Pairs.Contains(null!) || e.Steps.Contains(null!));
        if (holes)
        {
            throw new JsonException("A list holds null.");
        }

        int answers = new StateSnapshot().OutcomesByResult.Length;
        if (snapshot.OutcomesByResult.Length < answers)
        {
            long[] counts = snapshot.OutcomesByResult;
            Array.Resize(ref counts, answers);
            snapshot.OutcomesByResult = counts;
        }

        return snapshot;
    }
}
