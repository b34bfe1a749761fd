using System.Text;

namespace HoloLoom.Fast.Native;

/// <summary>Pointers and lengths from outside, made into what the engine takes.</summary>
/// <remarks>
/// SAFETY: that a pointer is good for the length given with it is the caller's promise; everything that can be checked is checked before.
/// </remarks>
internal static unsafe class Memory
{
    /// <summary>Offsets need one entry more than there are queries.</summary>
    public const int LongestSpan = int.MaxValue - 1;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Checks a pointer and length; 0 if they may be read.</summary>
    public static int Check(void* pointer, nuint length, string pointerName, string lengthName) =>
        length > LongestSpan ? Failure.TooLong(lengthName, length)
        : pointer is null && length != 0 ? Failure.IsNull(pointerName)
        : Status.Ok;

    /// <summary>Text that must be valid UTF-8 and hold something: a path.</summary>
    public static int ReadPath(byte* path, nuint length, out string text)
    {
        text = "";
        if (Check(path, length, "path", "len") is int problem and not Status.Ok)
        {
            return problem;
        }

        if (length == 0)
        {
            return Failure.Because(Status.Argument, "The path is empty; name a directory.");
        }

        try
        {
            text = s_strict.GetString(path, (int)length);
        }
        catch (DecoderFallbackException e)
        {
            return Failure.Because(Status.Utf8, $"The path is not valid UTF-8 at byte {e.Index}.");
        }

        return text.Contains('\0') ? Failure.Because(Status.Argument, "The path holds a NUL; no file name can.") : Status.Ok;
    }

    /// <summary>Copies text out, or says how much room it needs.</summary>
    public static int Write(ReadOnlySpan<byte> text, byte* buffer, nuint capacity, nuint* required)
    {
        *required = (nuint)text.Length;
        if (capacity < (nuint)text.Length)
        {
            return Failure.Because(Status.Buffer, $"The buffer has {capacity} bytes; {text.Length} are needed.");
        }

        text.CopyTo(new Span<byte>(buffer, text.Length));
        return Status.Ok;
    }

    /// <summary>Checks where text is to be written; 0 if it may be.</summary>
    public static int CheckOutput(byte* buffer, nuint capacity, nuint* required) =>
        required is null ? Failure.IsNull("required")
        : buffer is null && capacity != 0 ? Failure.IsNull("buf")
        : Status.Ok;
}
