using System.Security.Cryptography;
using System.Text;

namespace HoloLoom.Fast.Server.Resp;

/// <summary>What a client may do.</summary>
internal enum RespAccess
{
    /// <summary>Say who it is, or go.</summary>
    None,

    /// <summary>Look.</summary>
    Read,

    /// <summary>Everything.</summary>
    Full,
}

/// <summary>Tells keys apart without telling how much of a wrong one is right: their digests are compared, all bytes of both, always.</summary>
internal sealed class RespKeys
{
    private readonly byte[]? _full;
    private readonly byte[]? _read;

    public RespKeys(string? apiKey, string? readOnlyKey)
    {
        _full = apiKey is null ? null : Digest(apiKey);
        _read = readOnlyKey is null ? null : Digest(readOnlyKey);
    }

    /// <summary>Whether a key is asked for at all.</summary>
    public bool AreRequired => _full is not null;

    /// <summary>What somebody may do who has said nothing.</summary>
    public RespAccess Initial => AreRequired ? RespAccess.None : RespAccess.Full;

    /// <summary>What a key allows; <see cref="RespAccess.None"/> for a wrong one.</summary>
    public RespAccess Check(ReadOnlySpan<byte> key)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key, digest);
        bool full = CryptographicOperations.FixedTimeEquals(digest, _full ?? []);
        bool read = CryptographicOperations.FixedTimeEquals(digest, _read ?? []);
        return full ? RespAccess.Full : read ? RespAccess.Read : RespAccess.None;
    }

    private static byte[] Digest(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
