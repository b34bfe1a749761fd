using System.Security.Cryptography;
using System.Text;

namespace HoloLoom.Fast.Server;

/// <summary>What a client may do.</summary>
internal enum Access
{
    /// <summary>Say who it is, or go.</summary>
    None,

    /// <summary>Look.</summary>
    Read,

    /// <summary>Everything.</summary>
    Full,
}

/// <summary>Tells keys apart without telling how much of a wrong one is right: their digests are compared, all bytes of both, always.</summary>
internal sealed class AccessKeys
{
    private readonly byte[]? _full;
    private readonly byte[]? _read;

    public AccessKeys(string? apiKey, string? readOnlyKey)
    {
        _full = apiKey is null ? null : Digest(apiKey);
        _read = readOnlyKey is null ? null : Digest(readOnlyKey);
    }

    /// <summary>Whether a key is asked for at all.</summary>
    public bool AreRequired => _full is not null;

    /// <summary>What somebody may do who has said nothing.</summary>
    public Access Initial => AreRequired ? Access.None : Access.Full;

    /// <summary>What a key allows; <see cref="Access.None"/> for a wrong one.</summary>
    public Access Check(ReadOnlySpan<byte> key)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key, digest);
        bool full = CryptographicOperations.FixedTimeEquals(digest, _full ?? []);
        bool read = CryptographicOperations.FixedTimeEquals(digest, _read ?? []);
        return full ? Access.Full : read ? Access.Read : Access.None;
    }

    private static byte[] Digest(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
