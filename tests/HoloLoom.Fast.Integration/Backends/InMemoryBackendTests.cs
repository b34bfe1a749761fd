using HoloLoom.Fast.Backends;

namespace HoloLoom.Fast.Integration.Backends;

public sealed class InMemoryBackendTests
{
    [Fact]
    public async Task It_finds_by_the_part_of_the_words_that_a_document_has()
    {
        var backend = new InMemoryBackend("memory", Corpus.Documents);
        Assert.Equal(1, (await backend.SearchAsync("Transformer attention"))[0].Score);
        await Corpus.AssertRoutesAsync(backend);
        foreach (string query in Corpus.Nasty)
        {
            Assert.InRange((await backend.SearchAsync(query)).Count, 0, 10);
        }
    }

    [Theory]
    [InlineData("हिन्दी", "हिन्दी")]
    [InlineData("𐐀𐐯𐑊", "𐐨𐐯𐑊")]
    [InlineData("𠮷野", "𠮷野")]
    [InlineData("ɔ\u0301fɔ\u0301", "ɔ\u0301fɔ\u0301")]
    public async Task Marks_and_rare_scripts_are_parts_of_words(string one, string other) =>
        await Corpus.AssertOneWordAsync(new InMemoryBackend("memory", [.. Corpus.Documents, new Document("1", one), new Document("2", other)]), one, other);

    [Fact]
    public async Task A_score_of_ones_own_ranks_and_equal_scores_keep_the_order_of_the_documents()
    {
        var backend = new InMemoryBackend("memory", Enumerable.Range(0, 100).Select(static i => new Document($"{i}", "")), static (_, document) => int.Parse(document.Id) % 3 / 2.0);
        Assert.Equal(["2", "5", "8", "11"], (await backend.SearchAsync("x", 4)).Select(static result => result.Id));
        Assert.Equal(66, (await backend.SearchAsync("x", 100)).Count);
    }

    [Fact]
    public async Task Adding_replaces_and_is_seen_whole()
    {
        var backend = new InMemoryBackend("memory", []);
        Assert.Empty(await backend.SearchAsync("a"));
        Task adding = Task.Run(() =>
        {
            for (int i = 0; i < 200; i++)
            {
                backend.Add([new Document("one", $"word {i}"), new Document("two", $"word {i}")]);
            }
        });
        while (!adding.IsCompleted)
        {
            string?[] texts = [.. (await backend.SearchAsync("word")).Select(static result => result.Text)];
            Assert.True(texts.Length == 0 || (texts.Length == 2 && texts[0] == texts[1]));
        }

        await adding;
        Assert.Equal(2, backend.Count);
    }
}
