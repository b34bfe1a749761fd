using System.Text;
using HoloLoom.Fast.Classification;

namespace HoloLoom.Fast.Tests.Classification;

/// <summary>The automaton, and the table of words beside it, against the source-generated regular expressions, which are the truth.</summary>
public sealed class RuleClassifierTests
{
    private static readonly IReadOnlyList<IReadOnlyList<QueryPattern>> s_patterns = [.. RouterOptions.DefaultQueryTypes.Select(static type => type.Patterns)];
    private static readonly RuleClassifier s_classifier = RuleClassifier.Create(s_patterns);
    private static readonly RuleClassifier s_automaton = RuleClassifier.Create(s_patterns, useTable: false);
    private static readonly RegexClassifier s_truth = new(BuiltInPatterns.ByType);

    [Theory]
    [InlineData("Who is related to whom?", 0, 2)]
    [InlineData("who, WHO and whom", 0, 1)]
    [InlineData("find papers like mine", 1, 2)]
    [InlineData("look for it", 1, 1)]
    [InlineData("look  for it", 4, 0)]
    [InlineData("my user profile", 2, 2)]
    [InlineData("what happened this week", 3, 1)]
    [InlineData("who finds this", 0, 1)]
    [InlineData("find who", 0, 1)]
    [InlineData("whoever, finding, nowadays, my_id", 4, 0)]
    [InlineData("like", 1, 1)]
    [InlineData("li\u212Ae", 1, 1)]
    [InlineData("", 4, 0)]
    [InlineData("   ", 4, 0)]
    public void Queries_of_the_manual(string query, int queryType, int score)
    {
        ClassifiedQuery expected = new(queryType, score > 0 ? 0.8f : 0.5f);
        Assert.Equal(expected, s_classifier.Classify(query));
        Assert.Equal(expected, s_classifier.Classify(Encoding.UTF8.GetBytes(query)));
        Assert.Equal(expected, s_truth.Classify(query));
        PatternMatches matches = s_classifier.Match(query);
        Assert.Equal(score, matches.Scores[queryType]);
        Assert.Equal(matches.Scores.Sum(), matches.Matches.Count);
    }

    [Theory]
    // Differences to other languages' word semantics, pinned: these are .NET's.
    [InlineData("\u0130", 4)]
    [InlineData("is\u200D", 4)]
    [InlineData("i\u00B2", 2)]
    [InlineData("i\U0001D400", 2)]
    [InlineData("i\u0301", 4)]
    [InlineData("i\u0903", 2)]
    [InlineData("i\u203F", 4)]
    [InlineData("now\uD800", 3)]
    public void Word_characters_are_those_of_dotnet(string query, int queryType)
    {
        Assert.Equal(queryType, s_classifier.Classify(query).QueryType);
        Assert.Equal(queryType, s_truth.Classify(query).QueryType);
    }

    [Fact]
    public void The_generated_expressions_are_those_of_the_default_patterns()
    {
        for (int type = 0; type < RouterOptions.DefaultQueryTypes.Count; type++)
        {
            Assert.Equal(
                RouterOptions.DefaultQueryTypes[type].Patterns.Select(PatternRegex.Render),
                BuiltInPatterns.ByType[type].Select(static regex => regex.ToString()));
        }
    }

    [Fact]
    public void Every_unit_before_and_after_a_word_is_judged_as_by_regex()
    {
        for (int unit = 0; unit <= char.MaxValue; unit++)
        {
            string after = $"who{(char)unit}";
            string before = $"{(char)unit}who";
            Assert.True(s_truth.Classify(after) == s_classifier.Classify(after), $"U+{unit:X4} after");
            Assert.True(s_truth.Classify(before) == s_classifier.Classify(before), $"U+{unit:X4} before");
            if (!char.IsSurrogate((char)unit))
            {
                Assert.True(s_truth.Classify(after) == s_classifier.Classify(Encoding.UTF8.GetBytes(after)), $"U+{unit:X4} after, UTF-8");
            }
        }
    }

    [Fact]
    public void Every_unit_folds_as_by_regex()
    {
        foreach (char letter in "abcdefghijklmnopqrstuvwxyz")
        {
            var truth = new System.Text.RegularExpressions.Regex($"^{letter}$", PatternRegex.Options);
            char[] equal = [.. Enumerable.Range(0, char.MaxValue + 1).Select(static unit => (char)unit).Where(unit => truth.IsMatch([unit]))];
            Assert.Equal(equal, CaseFolding.EquivalentsOf(letter));
            Assert.All(equal, unit => Assert.Equal(equal, CaseFolding.EquivalentsOf(unit)));
        }
    }

    [Fact]
    public void A_million_hard_texts_are_classified_as_by_regex()
    {
        var source = new TextSource(1);
        var batch = new string[256];
        var results = new ClassifiedQuery[batch.Length];
        for (int round = 0; round < 1_000_000 / batch.Length + 1; round++)
        {
            for (int i = 0; i < batch.Length; i++)
            {
                batch[i] = source.Next();
            }

            Classify(batch, results);
            for (int i = 0; i < batch.Length; i++)
            {
                ClassifiedQuery truth = s_truth.Classify(batch[i]);
                Assert.True(truth == results[i] && truth == s_classifier.Classify(batch[i]) && truth == s_automaton.Classify(batch[i]), Show(batch[i]));
            }
        }
    }

    [Fact]
    public void Long_ASCII_texts_are_classified_as_by_regex()
    {
        var source = new TextSource(4);
        for (int round = 0; round < 200_000; round++)
        {
            string text = source.NextAscii();
            byte[] utf8 = Encoding.UTF8.GetBytes(text);
            ClassifiedQuery truth = s_truth.Classify(text);
            Assert.True(truth == s_classifier.Classify(text) && truth == s_classifier.Classify(utf8), Show(text));
            Assert.True(truth == s_automaton.Classify(text) && truth == s_automaton.Classify(utf8), Show(text));
        }
    }

    [Fact]
    public void Any_bytes_are_classified_as_their_decoded_text()
    {
        var source = new TextSource(2);
        var batch = new byte[256][];
        var results = new ClassifiedQuery[batch.Length];
        for (int round = 0; round < 1000; round++)
        {
            for (int i = 0; i < batch.Length; i++)
            {
                batch[i] = source.NextBytes();
            }

            int[] offsets = [0, .. batch.Select(static (_, _) => 0)];
            for (int i = 0; i < batch.Length; i++)
            {
                offsets[i + 1] = offsets[i] + batch[i].Length;
            }

            Classify([.. batch.SelectMany(static bytes => bytes)], offsets, results);
            for (int i = 0; i < batch.Length; i++)
            {
                ClassifiedQuery truth = s_truth.Classify(Encoding.UTF8.GetString(batch[i]));
                Assert.True(truth == s_classifier.Classify(batch[i]) && truth == results[i] && truth == s_automaton.Classify(batch[i]), Convert.ToHexString(batch[i]));
            }
        }
    }

    [Fact]
    public void Every_line_of_a_file_is_classified_as_by_regex()
    {
        // The committed queries, or any file of the user's.
        string file = Environment.GetEnvironmentVariable("HOLOLOOM_QUERIES") ?? Path.Combine(AppContext.BaseDirectory, "queries.txt");
        int lines = 0;
        foreach (string line in File.ReadLines(file))
        {
            lines++;
            ClassifiedQuery truth = s_truth.Classify(line);
            Assert.True(truth == s_classifier.Classify(line) && truth == s_classifier.Classify(Encoding.UTF8.GetBytes(line)), Show(line));
        }

        Assert.True(lines > 0);
    }

    [Fact]
    public void Batches_of_every_length_answer_as_one_by_one()
    {
        var source = new TextSource(3);
        for (int length = 0; length <= 256; length++)
        {
            string[] queries = [.. Enumerable.Range(0, length).Select(_ => source.Next())];
            ClassifiedQuery[] expected = [.. queries.Select(query => s_classifier.Classify(query))];
            var results = new ClassifiedQuery[length];
            Classify(queries, results);
            Assert.Equal(expected, results);

            byte[][] encoded = [.. queries.Select(Encoding.UTF8.GetBytes)];
            int[] offsets = [0, .. encoded.Select((_, i) => encoded.Take(i + 1).Sum(static bytes => bytes.Length))];
            Classify([.. encoded.SelectMany(static bytes => bytes)], offsets, results);
            Assert.Equal([.. encoded.Select(bytes => s_classifier.Classify(bytes))], results);
        }
    }

    [Fact]
    public void Ten_megabytes_of_near_misses_take_time_in_proportion()
    {
        // Backtracking over these would never end; the automaton takes a step a unit.
        string text = string.Concat(Enumerable.Repeat("look fo this wee last wee connecte \u212A", 300_000));
        Assert.Equal(4, s_classifier.Classify(text).QueryType);
        Assert.Equal(4, s_classifier.Classify(Encoding.UTF8.GetBytes(text)).QueryType);
    }

    [Fact]
    public void Classifying_allocates_nothing()
    {
        string[] queries = [.. Enumerable.Range(0, 300).Select(static i => $"find my latest {i} é who")];
        byte[] utf8 = Encoding.UTF8.GetBytes(queries[0]);
        var answers = new byte[queries.Length];
        for (int warm = 0; warm < 2; warm++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            foreach (string query in queries)
            {
                s_classifier.Classify(query);
                s_classifier.Classify(utf8);
            }

            s_classifier.ClassifyBatch(queries, answers);
            Assert.True(warm == 0 || GC.GetAllocatedBytesForCurrentThread() == before);
        }
    }

    private static void Classify(string[] queries, Span<ClassifiedQuery> results)
    {
        var answers = new byte[queries.Length];
        s_classifier.ClassifyBatch(queries, answers);
        for (int i = 0; i < answers.Length; i++)
        {
            results[i] = s_classifier.Answers[answers[i]];
        }
    }

    private static void Classify(byte[] utf8, int[] offsets, Span<ClassifiedQuery> results)
    {
        var answers = new byte[offsets.Length - 1];
        s_classifier.ClassifyBatch(utf8, offsets, answers);
        for (int i = 0; i < answers.Length; i++)
        {
            results[i] = s_classifier.Answers[answers[i]];
        }
    }

    private static string Show(string text) => string.Join(' ', text.Select(static unit => ((int)unit).ToString("X4")));
}
