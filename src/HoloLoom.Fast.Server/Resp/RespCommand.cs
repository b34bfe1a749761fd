namespace HoloLoom.Fast.Server.Resp;

/// <summary>Where an argument lies in the text of its command.</summary>
internal readonly record struct ArgumentRange(int Start, int Length);

/// <summary>A command as it was read: its arguments, the name first. Valid until the next one is read.</summary>
/// <remarks>There may be none at all (an empty line, an array of nothing), which asks for nothing and is not answered.</remarks>
internal readonly ref struct RespCommand(ReadOnlySpan<byte> text, ReadOnlySpan<ArgumentRange> arguments)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private readonly ReadOnlySpan<ArgumentRange> _arguments = arguments;

    /// <summary>How many arguments there are.</summary>
    public int Count => _arguments.Length;

    /// <summary>An argument's bytes.</summary>
    public ReadOnlySpan<byte> this[int index] => _text.Slice(_arguments[index].Start, _arguments[index].Length);
}
