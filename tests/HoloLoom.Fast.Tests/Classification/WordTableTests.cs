using System.Runtime.InteropServices;
using System.Text;
using HoloLoom.Fast.Classification;

namespace HoloLoom.Fast.Tests.Classification;

/// <summary>The table of words against the automaton, bit by bit.</summary>
public sealed class WordTableTests
{
    private static readonly string[] s_phrases =
    [
        "i", "me", "mine", "minus", "connected", "connection", "connections", "connecti_n", "last week", "last", "week", "e-mail", "e", "c++", "a b c", "x1",
        "relationship", "relation ship", "snake_case", "eightlet", "eightletters", "a phrase of many words", "a phrase of many words c++",
    ];

    private static readonly WordTable? s_table = WordTable.TryCreate(s_phrases.Select(static (phrase, i) => (phrase, i)));
    private static readonly Automaton s_automaton =
        RuleCompiler.Compile([[.. s_phrases.Select(static phrase => QueryPattern.Words(phrase))], []], useTable: false).Automaton;

    [SkippableFact]
    public void Every_phrase_is_found_at_every_place_of_a_block()
    {
        Skip.IfNot(WordTable.IsSupported, "The table needs vectors of 256 bits.");
        foreach (string phrase in s_phrases)
        {
            for (int before = 0; before <= 130; before++)
            {
                foreach (string other in (string[])[" ", "x", ".", "_", "K "])
                {
                    string text = string.Concat(Enumerable.Repeat(other, before)) + phrase;
                    AssertEqual(text);
                    AssertEqual(text.ToUpperInvariant() + "!");
                    AssertEqual(text + "s " + phrase + new string(' ', before) + phrase);
                }
            }
        }
    }

    [SkippableFact]
    public void Long_words_are_passed_over_wherever_they_end()
    {
        Skip.IfNot(WordTable.IsSupported, "The table needs vectors of 256 bits.");
        for (int length = 1; length <= 300; length++)
        {
            AssertEqual(new string('i', length));
            AssertEqual(new string('i', length) + " me");
            AssertEqual("me " + new string('i', length) + "-e");
        }
    }

    [SkippableFact]
    public void Texts_of_any_bytes_are_found_in_or_refused()
    {
        Skip.IfNot(WordTable.IsSupported, "The table needs vectors of 256 bits.");
        var random = new Random(5);
        for (int round = 0; round < 100_000; round++)
        {
            string text = string.Join("", Enumerable.Range(0, random.Next(30)).Select(_ => random.Next(3) switch
            {
                0 => s_phrases[random.Next(s_phrases.Length)],
                1 => " ",
                _ => ((char)random.Next(round % 4 == 0 ? 0x90 : 0x80)).ToString(),
            }));
            Assert.Equal(Ascii.IsValid(text), s_table!.TryFind(text, out _));
            if (Ascii.IsValid(text))
            {
                AssertEqual(text);
            }
        }

        Assert.False(s_table!.TryFind(Encoding.UTF8.GetBytes(new string('a', 70) + "\u00E9"), out _));
        Assert.False(s_table.TryFind(new string('a', 70) + "\uFF80", out _));
        Assert.True(s_table.TryFind("", out ulong found) && found == 0);
    }

    [SkippableFact]
    public void A_batch_finds_what_each_text_alone_has()
    {
        Skip.IfNot(WordTable.IsSupported, "The table needs vectors of 256 bits.");
        var random = new Random(6);
        for (int round = 0; round < 3000; round++)
        {
            // Without joints between the texts, so that words of two would be one; some empty, some outside ASCII, some longer than a run.
            int longest = round % 50 == 0 ? 3000 : 12;
            AssertBatch([.. Enumerable.Range(0, random.Next(WordTable.MaxBatch + 1)).Select(_ => Text(random, longest))]);
        }
    }

    [SkippableFact]
    public void Batches_allocate_nothing()
    {
        Skip.IfNot(WordTable.IsSupported, "The table needs vectors of 256 bits.");
        string[] texts = [.. s_phrases, "é", "", new string('i', 9000)];
        var found = new ulong[texts.Length];
        for (int warm = 0; warm < 2; warm++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            s_table!.FindAll(texts, found, s_automaton);
            Assert.True(warm == 0 || GC.GetAllocatedBytesForCurrentThread() == before);
        }
    }

    [SkippableFact]
    public void Texts_side_by_side_stay_apart_at_every_place_of_a_block()
    {
        Skip.IfNot(WordTable.IsSupported, "The table needs vectors of 256 bits.");
        foreach (string phrase in s_phrases)
        {
            for (int cut = 0; cut <= phrase.Length; cut++)
            {
                for (int before = 0; before < 70; before++)
                {
                    AssertBatch([new string(' ', before), phrase[..cut], phrase[cut..], phrase, "", phrase.ToUpperInvariant() + "s", phrase]);
                }
            }
        }
    }

    [SkippableTheory]
    [InlineData(8192)]
    [InlineData(8193)]
    [InlineData(20000)]
    public void Texts_fill_a_run_and_more(int length)
    {
        Skip.IfNot(WordTable.IsSupported, "The table needs vectors of 256 bits.");
        AssertBatch(["me", "me".PadLeft(length), "i", "i me".PadLeft(length - 2), "é", new string('é', length)]);
        AssertBatch([.. Enumerable.Repeat(string.Concat(Enumerable.Repeat("a ", length / 250)) + "me", 128)]);
        AssertBatch([.. Enumerable.Repeat("i", 128)]);
        AssertBatch([string.Concat(Enumerable.Repeat("i ", length / 2))]);
    }

    [SkippableFact]
    public void Nothing_is_read_beyond_the_page_of_a_text()
    {
        Skip.IfNot(WordTable.IsSupported && GuardedMemory.IsSupported, "The table needs vectors of 256 bits, the guard pages Linux.");
        using var memory = new GuardedMemory(1);
        Span<byte> page = memory.Span;
        foreach (string phrase in s_phrases)
        {
            for (int length = phrase.Length; length <= 140; length++)
            {
                byte[] text = Encoding.ASCII.GetBytes(phrase.PadLeft(length));
                ulong expected = s_automaton.Find(text);
                Span<byte> atEnd = page[^length..];
                text.CopyTo(atEnd);
                Assert.True(s_table!.TryFind(atEnd, out ulong found) && found == expected);

                Span<char> chars = MemoryMarshal.Cast<byte, char>(page)[^length..];
                Encoding.ASCII.GetChars(text, chars);
                Assert.True(s_table.TryFind(chars, out found) && found == expected);
            }
        }
    }

    [Theory]
    [InlineData(".net")]
    [InlineData("a word of words that is thirtytwocharacterslongwhichistoomuch", "thirtytwocharacterslongwhichistoomuch")]
    public void Phrases_that_do_not_fit_are_left_to_the_automaton(params string[] phrases) =>
        Assert.Null(WordTable.TryCreate(phrases.Select(static phrase => (phrase[(phrase.LastIndexOf(' ') + 1)..], 0))));

    [Fact]
    public void Too_many_words_or_patterns_are_left_to_the_automaton()
    {
        Assert.Null(WordTable.TryCreate(Enumerable.Range(0, 600).Select(static i => ($"word{i}", 0))));
        Assert.Null(WordTable.TryCreate([("word", WordTable.MaxPatterns)]));
        Assert.NotNull(WordTable.TryCreate([("word", WordTable.MaxPatterns - 1)]));
    }

    [Fact]
    public void The_default_patterns_fit() =>
        Assert.NotNull(WordTable.TryCreate(RouterOptions.DefaultQueryTypes.SelectMany(static type => type.Patterns).SelectMany(static pattern => pattern.Alternatives!).Select(static word => (word, 0))));

    private static string Text(Random random, int pieces) =>
        string.Concat(Enumerable.Range(0, random.Next(pieces)).Select(_ => random.Next(8) switch
        {
            < 4 => s_phrases[random.Next(s_phrases.Length)],
            < 7 => " -.,"[random.Next(4)].ToString(),
            _ => random.Next(20) == 0 ? "\u00E9" : "x",
        }));

    private static void AssertBatch(string[] texts)
    {
        ulong[] expected = [.. texts.Select(static text => s_automaton.Find(text))];
        var found = new ulong[texts.Length];
        s_table!.FindAll(texts, found, s_automaton);
        Assert.Equal(expected, found);

        // Not at the beginning of the buffer.
        byte[][] encoded = [[(byte)'i'], .. texts.Select(Encoding.UTF8.GetBytes)];
        int[] offsets = [.. encoded.Select((_, i) => encoded.Take(i + 1).Sum(static bytes => bytes.Length))];
        Array.Clear(found);
        s_table.FindAll([.. encoded.SelectMany(static bytes => bytes)], offsets, found, s_automaton);
        Assert.Equal([.. texts.Select(static text => s_automaton.Find(Encoding.UTF8.GetBytes(text)))], found);
    }

    private static void AssertEqual(string text)
    {
        ulong expected = s_automaton.Find(text);
        Assert.True(s_table!.TryFind(text, out ulong found) && found == expected, text);
        Assert.True(s_table.TryFind(Encoding.ASCII.GetBytes(text), out found) && found == expected, text);
    }
}
