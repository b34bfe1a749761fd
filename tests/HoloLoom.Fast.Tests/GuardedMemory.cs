using System.Runtime.InteropServices;

namespace HoloLoom.Fast.Tests;

/// <summary>Memory between two pages that cannot be touched: an access outside it ends the process. POSIX only.</summary>
internal sealed partial class GuardedMemory : IDisposable
{
    private const int PageSize = 4096;
    private const int ProtectNone = 0, ProtectReadWrite = 3;
    private const int MapPrivateAnonymous = 0x22;

    private readonly nint _start;
    private readonly int _length;

    /// <param name="pages">How many pages between the two.</param>
    public GuardedMemory(int pages)
    {
        _length = pages * PageSize;
        _start = mmap(0, (nuint)(_length + 2 * PageSize), ProtectNone, MapPrivateAnonymous, -1, 0);
        Assert.NotEqual(-1, _start);
        Assert.Equal(0, mprotect(_start + PageSize, (nuint)_length, ProtectReadWrite));
    }

    public static bool IsSupported => OperatingSystem.IsLinux();

    public unsafe Span<byte> Span => new((byte*)_start + PageSize, _length);

    public void Dispose() => munmap(_start, (nuint)(_length + 2 * PageSize));

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint mmap(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int mprotect(nint address, nuint length, int protection);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int munmap(nint address, nuint length);
}
