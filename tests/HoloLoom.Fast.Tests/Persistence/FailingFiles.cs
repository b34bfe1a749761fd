using HoloLoom.Fast.Persistence;

namespace HoloLoom.Fast.Tests.Persistence;

/// <summary>What a process that is killed does from then on: nothing, no tidying up either, because nobody catches it.</summary>
internal sealed class KilledException : Exception;

/// <summary>Ends at one step of a commit: the write (before it, or torn), the renames, the flush of the directory.</summary>
/// <param name="stopAt">The step, from 0; none of a later number.</param>
/// <param name="failure">What happens there.</param>
/// <param name="tear">How much of the content a failing write leaves, 0..1.</param>
internal sealed class FailingFiles(int stopAt, Func<Exception> failure, double tear = 0) : StateFiles
{
    public const int Steps = 4;

    private int _step;

    public bool Armed { get; set; }

    public override void Write(string path, ReadOnlySpan<byte> content)
    {
        if (IsLast())
        {
            if (tear > 0)
            {
                File.WriteAllBytes(path, content[..(int)(tear * content.Length)]);
            }

            throw failure();
        }

        base.Write(path, content);
    }

    public override void Rename(string from, string to)
    {
        ThrowIfLast();
        base.Rename(from, to);
    }

    public override void SyncDirectory(string path)
    {
        ThrowIfLast();
        base.SyncDirectory(path);
    }

    private void ThrowIfLast()
    {
        if (IsLast())
        {
            throw failure();
        }
    }

    private bool IsLast() => Armed && _step++ == stopAt;
}
