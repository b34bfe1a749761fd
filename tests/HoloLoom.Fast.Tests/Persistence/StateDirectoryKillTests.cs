using FsCheck.Xunit;
using HoloLoom.Fast.Persistence;

namespace HoloLoom.Fast.Tests.Persistence;

public sealed class StateDirectoryKillTests
{
    /// <summary>A row: the step at which the process ends, how much of the file is written there, how many commits came before.</summary>
    public static TheoryData<int, double, int> Kills()
    {
        var rows = new TheoryData<int, double, int>();
        for (int commits = 0; commits <= 3; commits++)
        {
            for (int step = 0; step <= FailingFiles.Steps; step++)
            {
                rows.Add(step, 0, commits);
            }

            foreach (double tear in (double[])[0.01, 0.5, 1])
            {
                rows.Add(0, tear, commits);
            }
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Kills))]
    public void A_kill_at_any_step_leaves_the_last_commit_or_the_one_under_way(int step, double tear, int commits)
    {
        using var directory = new TemporaryDirectory();
        for (int i = 1; i <= commits; i++)
        {
            CommitOrDie(directory.Path, new FailingFiles(-1, static () => new KilledException()), (ulong)i);
        }

        CommitOrDie(directory.Path, new FailingFiles(step, static () => new KilledException(), tear), (ulong)commits + 1);

        ulong found = StateDirectory.ReadOnly(directory.Path).Snapshot?.Boot ?? 0;
        Assert.True(found == (ulong)commits || found == (ulong)commits + 1, $"{found} after {commits} commits");
        Assert.Equal(found, Reopened(directory.Path));

        // Life goes on, twice: the second commit is the first that renames over a previous file.
        CommitOrDie(directory.Path, new FailingFiles(-1, static () => new KilledException()), 100);
        CommitOrDie(directory.Path, new FailingFiles(-1, static () => new KilledException()), 101);
        Assert.Equal(101UL, Reopened(directory.Path));
        Assert.Equal([StateDirectory.CurrentName, StateDirectory.PreviousName, DirectoryLock.LockName], directory.Names);
    }

    [Property(MaxTest = 60)]
    public void No_sequence_of_kills_loses_a_finished_commit(byte[] kills)
    {
        using var directory = new TemporaryDirectory();
        ulong last = 0;
        for (int i = 0; i < kills.Length; i++)
        {
            ulong next = (ulong)i + 1;
            bool finished = CommitOrDie(directory.Path, new FailingFiles(kills[i] % 6, static () => new KilledException(), kills[i] / 255.0), next);
            ulong found = Reopened(directory.Path);
            Assert.True(finished ? found == next : found == last || found == next, $"kill {i}: found {found}, last {last}");
            last = found;
        }
    }

    [Fact]
    public void A_kill_between_the_renames_is_reported_when_the_directory_is_opened_again()
    {
        using var directory = new TemporaryDirectory();
        CommitOrDie(directory.Path, new FailingFiles(-1, static () => new KilledException()), 1);
        CommitOrDie(directory.Path, new FailingFiles(2, static () => new KilledException()), 2);
        Assert.False(File.Exists(directory[StateDirectory.CurrentName]));

        using StateDirectory reopened = StateDirectory.Open(directory.Path, out LoadResult loaded);
        Assert.True(loaded.RecoveredFromPrevious);
        Assert.Equal(1UL, loaded.Snapshot!.Boot);
        Assert.Contains("cut short", Assert.Single(loaded.Messages), StringComparison.Ordinal);
        Assert.False(File.Exists(directory[StateDirectory.TemporaryName]));
    }

    [Theory]
    [InlineData(0, 0.0)]
    [InlineData(0, 0.5)]
    [InlineData(0, 1.0)]
    [InlineData(1, 0.0)]
    [InlineData(2, 0.0)]
    [InlineData(3, 0.0)]
    public void A_failed_commit_says_so_keeps_a_state_and_leaves_no_temporary_file(int step, double tear)
    {
        foreach (Func<Exception> failure in (Func<Exception>[])[
            static () => new IOException("No space left on device."), static () => new UnauthorizedAccessException("Access is denied.")])
        {
            using var directory = new TemporaryDirectory();
            var files = new FailingFiles(step, failure, tear);
            using (StateDirectory state = StateDirectory.Open(directory.Path, files, out _))
            {
                state.Commit(Snapshots.Numbered(1));
                state.Commit(Snapshots.Numbered(2));
                files.Armed = true;
                IOException e = Assert.Throws<IOException>(() => state.Commit(Snapshots.Numbered(3)));
                Assert.Contains(failure().Message, e.Message, StringComparison.Ordinal);
                Assert.Contains(directory.Path, e.Message, StringComparison.Ordinal);
                Assert.Contains("intact", e.Message, StringComparison.Ordinal);
                Assert.False(File.Exists(directory[StateDirectory.TemporaryName]));

                // Only a failed flush of the directory comes after the new state is in place.
                LoadResult left = StateDirectory.ReadOnly(directory.Path);
                Assert.Equal(step == 3 ? 3UL : 2UL, left.Snapshot!.Boot);
                Assert.False(left.RecoveredFromPrevious);

                files.Armed = false;
                state.Commit(Snapshots.Numbered(4));
            }

            Assert.Equal(4UL, Reopened(directory.Path));
        }
    }

    private static bool CommitOrDie(string path, FailingFiles files, ulong number)
    {
        // Disposal stands for the operating system, which frees a dead process's lock.
        using StateDirectory state = StateDirectory.Open(path, files, out _);
        files.Armed = true;
        try
        {
            state.Commit(Snapshots.Numbered(number));
            return true;
        }
        catch (KilledException)
        {
            return false;
        }
    }

    private static ulong Reopened(string path)
    {
        using StateDirectory state = StateDirectory.Open(path, out LoadResult loaded);
        return loaded.Snapshot?.Boot ?? 0;
    }
}
