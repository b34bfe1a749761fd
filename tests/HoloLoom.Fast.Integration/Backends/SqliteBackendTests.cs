using HoloLoom.Fast.Backends;
using Microsoft.Data.Sqlite;

namespace HoloLoom.Fast.Integration.Backends;

public sealed class SqliteBackendTests
{
    [Fact]
    public async Task It_finds_in_memory_and_in_a_file_that_lasts()
    {
        using var directory = new TemporaryDirectory();
        using (var memory = new SqliteBackend("lite"))
        {
            memory.Add(Corpus.Documents);
            await Corpus.AssertFindsAsync(memory);
            await Corpus.AssertRoutesAsync(memory);
        }

        using (var file = new SqliteBackend("lite", directory["corpus.db"]))
        {
            file.Add(Corpus.Documents);
            await Corpus.AssertFindsAsync(file);
        }

        using var again = new SqliteBackend("lite", directory["corpus.db"]);
        await Corpus.AssertRoutesAsync(again);
    }

    [Fact]
    public async Task A_document_is_replaced_by_one_with_its_id_and_a_batch_is_added_whole_or_not_at_all()
    {
        using var backend = new SqliteBackend("lite");
        backend.Add(Corpus.Documents);
        backend.Add([new Document("coffee", "Tea instead")]);
        Assert.Empty(await backend.SearchAsync("coffee"));
        Assert.Equal("coffee", (await backend.SearchAsync("tea")).Single().Id);
        Assert.Throws<ArgumentNullException>(() => backend.Add([new Document("new", "zeppelin"), null!]));
        Assert.Empty(await backend.SearchAsync("zeppelin"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":memory:")]
    public async Task The_names_that_SQLite_has_for_memory_are_memory_of_this_object_alone(string path)
    {
        using var backend = new SqliteBackend("lite", path);
        using var other = new SqliteBackend("lite", path);
        backend.Add(Corpus.Documents);
        Assert.Equal("attention", (await backend.SearchAsync("transformer")).Single().Id);
        Assert.Empty(await other.SearchAsync("transformer"));
    }

    [Theory]
    [MemberData(nameof(Corpus.Writings), MemberType = typeof(Corpus))]
    public async Task A_word_is_found_however_its_letters_are_written(string one, string other)
    {
        using var backend = new SqliteBackend("lite");
        backend.Add([.. Corpus.Documents, new Document("1", other), new Document("2", other)]);
        backend.Add([new Document("1", one)]);
        await Corpus.AssertOneWordAsync(backend, one, other);
    }

    [Fact]
    public async Task A_search_is_interrupted_when_it_is_cancelled()
    {
        using var backend = new SqliteBackend("lite");
        backend.Add(Enumerable.Range(0, 50_000).Select(static i => new Document($"{i}", $"same words in every document {i}")));
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(5));

        // Quick machines may be done before; what matters is that a cancelled search ends as one, and the next one is not harmed.
        Exception? ended = await Record.ExceptionAsync(async () => await backend.SearchAsync("same words in every document", 10_000, source.Token));
        Assert.True(ended is null or OperationCanceledException, $"{ended}");
        Assert.Equal(10, (await backend.SearchAsync("same words")).Count);
    }

    [Fact]
    public async Task In_memory_too_a_search_ends_when_cancelled_while_documents_are_added_and_sees_all_of_them_or_none()
    {
        // How many it can be depends on how long the addition takes; one that waited in SQLite would wait for all of it.
        int cancelled = 0;
        for (int attempt = 0; attempt < 10 && cancelled < 3; attempt++)
        {
            using var backend = new SqliteBackend("lite");
            cancelled = await CancelledDuringAnAdditionAsync(backend);
            Assert.Equal(2, (await backend.SearchAsync("49999 0")).Count);
        }

        Assert.InRange(cancelled, 3, int.MaxValue);
    }

    [Fact]
    public async Task A_slow_source_of_documents_keeps_no_search_waiting()
    {
        using var backend = new SqliteBackend("lite");
        using var drawn = new SemaphoreSlim(0);
        using var go = new ManualResetEventSlim();
        IEnumerable<Document> Slow()
        {
            yield return new Document("first", "word");
            drawn.Release();
            go.Wait();
            yield return new Document("second", "word");
        }

        Task adding = Task.Run(() => backend.Add(Slow()));
        try
        {
            await drawn.WaitAsync();
            Assert.Empty(await backend.SearchAsync("word").AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
        }
        finally
        {
            go.Set();
            await adding;
        }

        Assert.Equal(2, (await backend.SearchAsync("word")).Count);
    }

    [Fact]
    public void What_is_no_database_is_refused()
    {
        using var directory = new TemporaryDirectory();
        string file = directory.Write("notes.txt", "not a database, but long enough to be mistaken for one by its length alone");
        Assert.Throws<SqliteException>(() => new SqliteBackend("lite", file));
        Assert.Throws<SqliteException>(() => new SqliteBackend("lite", directory["missing/corpus.db"]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SqliteBackend("lite", halfScore: 0));
        Assert.Throws<ArgumentException>(() => new SqliteBackend(""));
    }

    [Fact]
    public async Task A_strange_table_name_is_only_a_name()
    {
        using var backend = new SqliteBackend("lite", table: "we\"ird; DROP TABLE x");
        backend.Add(Corpus.Documents);
        Assert.Equal("attention", (await backend.SearchAsync("transformer")).Single().Id);
    }

    [Fact]
    public async Task After_disposal_it_says_so()
    {
        var backend = new SqliteBackend("lite");
        backend.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await backend.SearchAsync("x"));
    }

    private static async Task<int> CancelledDuringAnAdditionAsync(SqliteBackend backend)
    {
        Document[] documents = [.. Enumerable.Range(0, 50_000).Select(static i => new Document($"{i}", $"same words in every document {i}"))];
        Task adding = Task.Run(() => backend.Add(documents));
        int cancelled = 0;
        while (!adding.IsCompleted)
        {
            using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(10));
            try
            {
                Assert.Contains((await backend.SearchAsync("49999 0", token: source.Token)).Count, new[] { 0, 2 });
            }
            catch (OperationCanceledException)
            {
                cancelled++;
            }
        }

        await adding;
        return cancelled;
    }
}
