using System.Text;
using HoloLoom.Fast.Classification;

namespace HoloLoom.Fast.Tests.Classification;

public sealed class UserPatternTests
{
    [Theory]
    [InlineData("c++", "I write C++ code", true)]
    [InlineData("c++", "I write C code", false)]
    [InlineData("c++", "objc++11", false)]
    [InlineData(".net", "the .NET runtime", true)]
    [InlineData(".net", "asp.network", false)]
    [InlineData("café", "ein CAFÉ in Wien", true)]
    [InlineData("найти", "Найти статьи", true)]
    [InlineData("найти", "найтись", false)]
    [InlineData("数据库", "数据库", true)]
    [InlineData("数据库", "一个数据库里", false)]
    [InlineData("straße", "STRASSE", false)]
    [InlineData("new york", "in New York.", true)]
    [InlineData("party 🎉", "party 🎉 time", true)]
    public void Words_of_any_script_match_whole_and_without_case(string word, string query, bool matches)
    {
        RuleClassifier classifier = RuleClassifier.Create([[QueryPattern.Words(word)], []]);
        Assert.Equal(matches ? 0 : 1, classifier.Classify(query).QueryType);
        Assert.Equal(matches ? 0 : 1, classifier.Classify(Encoding.UTF8.GetBytes(query)).QueryType);
        Assert.Equal(matches ? 0 : 1, RegexClassifier.Of([[QueryPattern.Words(word)], []]).Classify(query).QueryType);
    }

    [Theory]
    [InlineData(@"\border\s+#?\d+\b", "where is Order #4711", true)]
    [InlineData(@"\border\s+#?\d+\b", "in order to", false)]
    [InlineData(@"^(how|why)", "Why not", true)]
    [InlineData(@"\b(sql|postgres)\b", "some SQL here", true)]
    [InlineData(@"\b(?:sql|postgres)\b", "mysqld", false)]
    [InlineData(@"\bsql\b", "sql", true)]
    [InlineData(@"\ba|b\b", "ab", true)]
    public void Regular_expressions_run_beside_the_automaton(string expression, string query, bool matches)
    {
        RuleClassifier classifier = RuleClassifier.Create([[QueryPattern.Words("zebra"), QueryPattern.Parse(expression)], []]);
        Assert.Equal(matches ? 0 : 1, classifier.Classify(query).QueryType);
        Assert.Equal(matches ? 0 : 1, classifier.Classify(Encoding.UTF8.GetBytes(query)).QueryType);
        var answers = new byte[1];
        classifier.ClassifyBatch([query], answers);
        Assert.Equal(matches ? 0 : 1, classifier.Answers[answers[0]].QueryType);
    }

    [Theory]
    [InlineData(@"(?=now)", "linear")]
    [InlineData(@"(a)\1", "linear")]
    [InlineData(@"(?>a+)b", "linear")]
    [InlineData(@"(", "not a valid regular expression")]
    [InlineData(@"c++", "\"words\"")]
    public void An_unsupported_expression_is_refused_by_name(string expression, string reason)
    {
        var error = Assert.Throws<PatternException>(() => RuleClassifier.Create([[], [QueryPattern.Words("a"), QueryPattern.Regex(expression)]]));
        Assert.Equal((1, 1, expression), (error.QueryType, error.Pattern, error.Text));
        Assert.Contains(reason, error.Reason);
    }

    [Fact]
    public void Catastrophic_expressions_are_linear()
    {
        RuleClassifier classifier = RuleClassifier.Create([[QueryPattern.Regex("(a+)+$")], []]);
        Assert.Equal(1, classifier.Classify(new string('a', 100_000) + "b").QueryType);
    }

    [Fact]
    public void Random_rules_are_classified_as_by_regex()
    {
        const string Alphabet = "abK -.é\u0416_0";
        var random = new Random(7);
        for (int round = 0; round < 300; round++)
        {
            QueryPattern[][] rules = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ =>
                Enumerable.Range(0, random.Next(1, round % 10 == 0 ? 40 : 4)).Select(_ => Pattern()).ToArray())];
            IReadOnlyList<IReadOnlyList<QueryPattern>> all = [.. rules, []];
            RuleClassifier classifier = RuleClassifier.Create(all);
            RegexClassifier truth = RegexClassifier.Of(all);
            for (int i = 0; i < 100; i++)
            {
                string query = Text(random.Next(12));
                ClassifiedQuery expected = truth.Classify(query);
                Assert.True(
                    expected == classifier.Classify(query) && expected == classifier.Classify(Encoding.UTF8.GetBytes(query)),
                    $"'{query}' of {string.Join(" / ", rules.Select(static type => string.Join(" ; ", type.Select(static pattern => pattern.Text))))}");
            }
        }

        QueryPattern Pattern()
        {
            string[] words = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Text(random.Next(1, 5)).Trim()).Where(static word => word.Length > 0)];
            return words.Length == 0 ? QueryPattern.Words("a") : QueryPattern.Words(words);
        }

        string Text(int length) => string.Create(length, 0, (span, _) => random.GetItems(Alphabet.AsSpan(), span));
    }

    [Fact]
    public void Thousands_of_words_and_hundreds_of_patterns_work()
    {
        string[] names = [.. Enumerable.Range(0, 5000).Select(static i => $"product {i:x4} model{i * 7919 % 5000}")];
        IReadOnlyList<IReadOnlyList<QueryPattern>> rules =
        [
            [QueryPattern.Words(names)],
            [.. Enumerable.Range(0, 300).Select(static i => QueryPattern.Words($"feature{i}"))],
            [],
        ];
        RuleClassifier classifier = RuleClassifier.Create(rules);
        Assert.All(names.Where(static (_, i) => i % 97 == 0), name => Assert.Equal(0, classifier.Classify($"buy {name} now").QueryType));
        Assert.Equal(1, classifier.Classify("feature299 and feature7").QueryType);
        Assert.Equal(2, classifier.Classify("feature300x").QueryType);
        Assert.Equal(1, classifier.Classify($"{names[0]} feature1 feature2").QueryType);
        Assert.Equal(1, classifier.Classify(Encoding.UTF8.GetBytes($"{names[0]} feature1 feature2 é")).QueryType);
    }

    [Fact]
    public void More_characters_than_classes_fall_back_to_expressions()
    {
        // 300 different ideographs do not fit into 256 classes.
        QueryPattern[] patterns = [.. Enumerable.Range(0x4E00, 300).Select(static unit => QueryPattern.Words(((char)unit).ToString()))];
        RuleClassifier classifier = RuleClassifier.Create([patterns, []]);
        Assert.Equal(0, classifier.Classify("\u4E00").QueryType);
        Assert.Equal(0, classifier.Classify(((char)(0x4E00 + 299)).ToString()).QueryType);
        Assert.Equal(1, classifier.Classify("\u6000").QueryType);
    }

    [Theory]
    [InlineData("who, whom , whose", new[] { "who", "whom", "whose" })]
    [InlineData("look for", new[] { "look for" })]
    public void Plain_text_is_words_separated_by_commas(string text, string[] words) => Assert.Equal(words, QueryPattern.Parse(text).Alternatives);

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("a,,b")]
    [InlineData("a, ")]
    public void Empty_alternatives_are_refused(string text) => Assert.Throws<ArgumentException>(() => QueryPattern.Parse(text));
}
