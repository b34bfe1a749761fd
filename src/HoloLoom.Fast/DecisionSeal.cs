using System.Runtime.CompilerServices;
using HoloLoom.Fast.Internals;

namespace HoloLoom.Fast;

/// <summary>What an opened decision id says.</summary>
internal readonly record struct OpenedId(ulong Boot, uint Generation, ulong Sequence, int QueryType, int Backend, int Variant);

/// <summary>
/// Packs decision ids and checks them. Payload word, from the low bit: sequence 40, query type 6, backend 6, variant 4, generation 8.
/// Seal word: node 10, boot 14, check 40.
/// </summary>
/// <remarks>
/// The check is SipHash-1-3 under the state's key, over the payload and the full boot, generation and node. Of boot and generation only the
/// low bits travel; the rest is restored as the latest value that fits, and an id from a full turn earlier fails the check. A forger who
/// does not know the key succeeds once in 2^40 tries.
/// </remarks>
internal readonly struct DecisionSeal
{
    public const int SequenceBits = 40;
    public const int MaxNode = (1 << NodeBits) - 1;

    private const int NodeBits = 10;
    private const int BootBits = 14;
    private const int GenerationBits = 8;
    private const int CheckBits = 40;

    private readonly ulong _key0;
    private readonly ulong _key1;
    private readonly ulong _context;
    private readonly ulong _prefix;
    private readonly ulong _generation;

    /// <param name="key0">First half of the key.</param>
    /// <param name="key1">Second half of the key.</param>
    /// <param name="boot">From 1.</param>
    /// <param name="generation">The configuration's number.</param>
    /// <param name="node">0..1023.</param>
    public DecisionSeal(ulong key0, ulong key1, ulong boot, uint generation, int node)
    {
        (_key0, _key1) = (key0, key1);
        _context = Context(boot, generation, node);
        _prefix = (uint)node | (boot & Ones(BootBits)) << NodeBits;
        _generation = (ulong)(generation & Ones(GenerationBits)) << (64 - GenerationBits);
    }

    /// <summary>Makes an id.</summary>
    /// <param name="sequence">Below 2^40, unique in the boot.</param>
    /// <param name="queryType">0..63.</param>
    /// <param name="backend">0..63.</param>
    /// <param name="variant">0..15.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public DecisionId Close(ulong sequence, int queryType, int backend, int variant) => Close(Payload(sequence, queryType, backend, variant));

    /// <summary>Makes an id of a payload.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public DecisionId Close(ulong payload)
    {
        ulong check = SipHash13.Hash(payload, _context, _key0, _key1);
        return new DecisionId(payload, _prefix | check << (64 - CheckBits));
    }

    /// <summary>The payload word of an id.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Payload(ulong sequence, int queryType, int backend, int variant) =>
        sequence | (ulong)(uint)queryType << 40 | (ulong)(uint)backend << 46 | (ulong)(uint)variant << 52 | _generation;

    /// <summary>The seal words of many payloads; equal to those of <see cref="Close(ulong)"/>, faster.</summary>
    /// <param name="payloads">The payload words.</param>
    /// <param name="seals">Receives a seal word for each; at least as long.</param>
    public void Close(ReadOnlySpan<ulong> payloads, Span<ulong> seals) =>
        SipHash13.Tag(payloads, _context, _key0, _key1, 64 - CheckBits, _prefix, seals);

    /// <summary>Reads an id of this key and node; false if the check fails.</summary>
    /// <param name="id">The id.</param>
    /// <param name="boot">The present boot.</param>
    /// <param name="generation">The present generation.</param>
    /// <param name="node">This node.</param>
    /// <param name="opened">What the id says.</param>
    public bool TryOpen(DecisionId id, ulong boot, uint generation, int node, out OpenedId opened)
    {
        opened = Open(id, boot, generation);
        ulong check = SipHash13.Hash(id.Payload, Context(opened.Boot, opened.Generation, node), _key0, _key1) << (64 - CheckBits);
        ulong expected = (uint)node | (opened.Boot & Ones(BootBits)) << NodeBits | check;
        return expected == id.Seal;
    }

    /// <summary>Reads an id without checking it: for one that this process has made a moment ago, and nobody else has held.</summary>
    /// <param name="id">The id.</param>
    /// <param name="boot">The present boot.</param>
    /// <param name="generation">The present generation.</param>
    public static OpenedId Open(DecisionId id, ulong boot, uint generation) => new(
        boot - ((boot - (id.Seal >> NodeBits)) & Ones(BootBits)),
        generation - ((generation - (uint)(id.Payload >> (64 - GenerationBits))) & (uint)Ones(GenerationBits)),
        id.Payload & Ones(SequenceBits),
        (int)(id.Payload >> 40) & 63,
        (int)(id.Payload >> 46) & 63,
        (int)(id.Payload >> 52) & 15);

    private static ulong Context(ulong boot, uint generation, int node) => boot << 26 | (ulong)(generation & 0xFFFF) << NodeBits | (uint)node;

    private static ulong Ones(int bits) => (1UL << bits) - 1;
}
