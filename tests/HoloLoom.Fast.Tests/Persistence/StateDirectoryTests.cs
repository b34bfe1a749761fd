using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using HoloLoom.Fast.Persistence;

namespace HoloLoom.Fast.Tests.Persistence;

public sealed class StateDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_missing_directory_is_created_and_holds_no_state()
    {
        string path = Path.Combine(_directory.Path, "a", "b");
        using StateDirectory state = StateDirectory.Open(path, out LoadResult loaded);
        Assert.True(Directory.Exists(path));
        Assert.Equal(path, state.Path);
        Assert.Null(loaded.Snapshot);
        Assert.False(loaded.RecoveredFromPrevious);
        Assert.Empty(loaded.Messages);
    }

    [Fact]
    public void A_file_in_the_way_is_named()
    {
        string file = _directory["file"];
        File.WriteAllText(file, "");
        Assert.Contains(
            $"'{file}' is a file",
            Assert.Throws<IOException>(() => StateDirectory.Open(Path.Combine(file, "state"), out _)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_committed_is_loaded_and_the_commit_before_it_kept()
    {
        Write(1, 2);
        Assert.Equal(2UL, Open().Snapshot!.Boot);
        Assert.Equal(1UL, StateCodec.Decode(File.ReadAllBytes(_directory[StateDirectory.PreviousName])).Boot);
    }

    [Fact]
    public void A_damaged_file_at_any_length_is_reported_kept_aside_and_the_previous_one_used()
    {
        Write(1, 2);
        byte[] whole = File.ReadAllBytes(_directory[StateDirectory.CurrentName]);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_directory[StateDirectory.CurrentName], whole[..length]);
            AssertRecovered(whole[..length]);
        }
    }

    [Fact]
    public void A_file_with_any_byte_changed_is_reported_kept_aside_and_the_previous_one_used()
    {
        Write(1, 2);
        byte[] bytes = File.ReadAllBytes(_directory[StateDirectory.CurrentName]);
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 0x20;
            File.WriteAllBytes(_directory[StateDirectory.CurrentName], bytes);
            AssertRecovered(bytes);
            bytes[i] ^= 0x20;
        }
    }

    [Fact]
    public void The_only_good_file_survives_the_commit_after_a_recovery()
    {
        Write(1, 2);
        File.WriteAllText(_directory[StateDirectory.CurrentName], "HLF");
        using StateDirectory state = StateDirectory.Open(_directory.Path, out _);
        state.Commit(Snapshots.Numbered(3));
        Assert.Equal(3UL, StateDirectory.ReadOnly(_directory.Path).Snapshot!.Boot);
        Assert.Equal(1UL, StateCodec.Decode(File.ReadAllBytes(_directory[StateDirectory.PreviousName])).Boot);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Without_a_readable_file_opening_fails_and_touches_nothing(bool current, bool previous)
    {
        foreach ((bool there, string name) in ((bool, string)[])[(current, StateDirectory.CurrentName), (previous, StateDirectory.PreviousName)])
        {
            if (there)
            {
                File.WriteAllText(_directory[name], $"torn {name}");
            }
        }

        StateCorruptException e = Assert.Throws<StateCorruptException>(() => StateDirectory.Open(_directory.Path, out _));
        Assert.Contains("backup", e.Message, StringComparison.Ordinal);
        Assert.Contains(_directory.Path, e.Message, StringComparison.Ordinal);
        Assert.Throws<StateCorruptException>(() => StateDirectory.ReadOnly(_directory.Path));
        Assert.Equal(current, File.Exists(_directory[StateDirectory.CurrentName]));
        Assert.Equal(previous, File.Exists(_directory[StateDirectory.PreviousName]));

        // The failed attempt let go of the lock: once the files are out of the way, the directory can be used.
        File.Delete(_directory[StateDirectory.CurrentName]);
        File.Delete(_directory[StateDirectory.PreviousName]);
        Assert.Null(Open().Snapshot);
    }

    [Fact]
    public void A_file_of_a_newer_version_is_an_error_and_not_a_reason_to_go_back()
    {
        Write(1, 2);
        byte[] newer = StateCodec.Encode(Snapshots.Numbered(3), 2, 2);
        File.WriteAllBytes(_directory[StateDirectory.CurrentName], newer);
        StateCorruptException e = Assert.Throws<StateCorruptException>(() => StateDirectory.Open(_directory.Path, out _));
        Assert.Equal(StateFault.Newer, e.Fault);
        Assert.Contains("newer version", e.Message, StringComparison.Ordinal);
        Assert.Equal(newer, File.ReadAllBytes(_directory[StateDirectory.CurrentName]));
    }

    [Fact]
    public void A_second_opener_is_told_who_uses_the_directory()
    {
        using (StateDirectory first = StateDirectory.Open(_directory.Path, out _))
        {
            IOException e = Assert.Throws<IOException>(() => StateDirectory.Open(_directory.Path, out _));
            Assert.Contains($"in use by process {Environment.ProcessId}", e.Message, StringComparison.Ordinal);
            Assert.Contains("this one", e.Message, StringComparison.Ordinal);

            File.WriteAllText(_directory[DirectoryLock.OwnerName], (Environment.ProcessId + 1).ToString(CultureInfo.InvariantCulture));
            e = Assert.Throws<IOException>(() => StateDirectory.Open(_directory.Path, out _));
            Assert.Contains($"in use by process {Environment.ProcessId + 1}.", e.Message, StringComparison.Ordinal);

            File.Delete(_directory[DirectoryLock.OwnerName]);
            Assert.Contains("another process", Assert.Throws<IOException>(() => StateDirectory.Open(_directory.Path, out _)).Message, StringComparison.Ordinal);
        }

        Open();
    }

    [SkippableFact]
    public void The_lock_is_one_that_other_processes_see()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && File.Exists("/usr/bin/flock"), "needs the flock program");
        using (StateDirectory.Open(_directory.Path, out _))
        {
            Assert.NotEqual(0, TryLockElsewhere());
        }

        Assert.Equal(0, TryLockElsewhere());
    }

    [Fact]
    public void Statistics_are_read_without_the_lock_and_without_a_change()
    {
        using StateDirectory state = StateDirectory.Open(_directory.Path, out _);
        Assert.Null(StateDirectory.ReadOnly(_directory.Path).Snapshot);
        state.Commit(Snapshots.Numbered(1));
        string[] before = _directory.Names;
        Assert.Equal(1UL, StateDirectory.ReadOnly(_directory.Path).Snapshot!.Boot);
        Assert.Equal(before, _directory.Names);
    }

    [Fact]
    public void Statistics_of_a_damaged_state_come_from_the_previous_one_and_leave_the_file_in_place()
    {
        Write(1, 2);
        File.WriteAllText(_directory[StateDirectory.CurrentName], "");
        LoadResult loaded = StateDirectory.ReadOnly(_directory.Path);
        Assert.True(loaded.RecoveredFromPrevious);
        Assert.Equal(1UL, loaded.Snapshot!.Boot);
        Assert.Contains("truncated", Assert.Single(loaded.Messages), StringComparison.Ordinal);
        Assert.Equal([StateDirectory.CurrentName, StateDirectory.PreviousName, DirectoryLock.LockName], _directory.Names);
    }

    [Fact]
    public void Statistics_can_be_read_at_any_step_of_a_commit()
    {
        var files = new ObservedFiles();
        using StateDirectory state = StateDirectory.Open(_directory.Path, files, out _);
        state.Commit(Snapshots.Numbered(1));
        var seen = new List<ulong>();
        files.BeforeStep = () => seen.Add(StateDirectory.ReadOnly(_directory.Path).Snapshot!.Boot);
        state.Commit(Snapshots.Numbered(2));
        Assert.Equal([1UL, 1, 1, 2], seen);
    }

    [Fact]
    public void Statistics_of_a_missing_directory_are_an_error() =>
        Assert.Contains("nowhere", Assert.Throws<DirectoryNotFoundException>(() => StateDirectory.ReadOnly(_directory["nowhere"])).Message, StringComparison.Ordinal);

    [SkippableFact]
    [UnsupportedOSPlatform("windows")]
    public void A_directory_that_cannot_be_written_is_an_error_that_says_so()
    {
        Skip.If(OperatingSystem.IsWindows(), "Unix permissions");
        Write(1, 2);
        UnixFileMode mode = File.GetUnixFileMode(_directory.Path);
        using StateDirectory state = StateDirectory.Open(_directory.Path, out _);
        File.SetUnixFileMode(_directory.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            Unprivileged.Run(() =>
            {
                IOException e = Assert.Throws<IOException>(() => state.Commit(Snapshots.Numbered(3)));
                Assert.Contains("make the directory writable", e.Message, StringComparison.Ordinal);
            });
            Assert.Equal(2UL, StateDirectory.ReadOnly(_directory.Path).Snapshot!.Boot);
        }
        finally
        {
            File.SetUnixFileMode(_directory.Path, mode);
        }
    }

    [SkippableFact]
    [UnsupportedOSPlatform("windows")]
    public void The_files_are_the_owners_alone_because_they_hold_a_key()
    {
        Skip.If(OperatingSystem.IsWindows(), "Unix permissions");
        Write(1);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_directory[StateDirectory.CurrentName]));
    }

    [Fact]
    public void After_disposal_nothing_is_committed()
    {
        StateDirectory state = StateDirectory.Open(_directory.Path, out _);
        state.Dispose();
        state.Dispose();
        Assert.Throws<ObjectDisposedException>(() => state.Commit(Snapshots.Numbered(1)));
        Assert.False(File.Exists(_directory[StateDirectory.CurrentName]));
    }

    private void AssertRecovered(byte[] damaged)
    {
        LoadResult loaded = Open();
        Assert.True(loaded.RecoveredFromPrevious);
        Assert.Equal(1UL, loaded.Snapshot!.Boot);
        Assert.Equal(2, loaded.Messages.Count);
        Assert.Contains(StateDirectory.CurrentName, loaded.Messages[0], StringComparison.Ordinal);
        Assert.False(File.Exists(_directory[StateDirectory.CurrentName]));
        string aside = Assert.Single(Directory.GetFiles(_directory.Path, "state.hlf.corrupt-*"));
        Assert.Contains(aside, loaded.Messages[1], StringComparison.Ordinal);
        Assert.Equal(damaged, File.ReadAllBytes(aside));
        File.Delete(aside);
    }

    private void Write(params ulong[] numbers)
    {
        using StateDirectory state = StateDirectory.Open(_directory.Path, out _);
        foreach (ulong number in numbers)
        {
            state.Commit(Snapshots.Numbered(number));
        }
    }

    private LoadResult Open()
    {
        using StateDirectory state = StateDirectory.Open(_directory.Path, out LoadResult loaded);
        return loaded;
    }

    private int TryLockElsewhere()
    {
        using Process process = Process.Start("/usr/bin/flock", ["--nonblock", _directory[DirectoryLock.LockName], "true"]);
        process.WaitForExit();
        return process.ExitCode;
    }

    private sealed class ObservedFiles : StateFiles
    {
        public Action BeforeStep { get; set; } = static () => { };

        public override void Write(string path, ReadOnlySpan<byte> content)
        {
            BeforeStep();
            base.Write(path, content);
        }

        public override void Rename(string from, string to)
        {
            BeforeStep();
            base.Rename(from, to);
        }

        public override void SyncDirectory(string path)
        {
            BeforeStep();
            base.SyncDirectory(path);
        }
    }
}
