using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using HoloLoom.Fast.Benchmarks.Reporting;
using HoloLoom.Fast.Classification;

namespace HoloLoom.Fast.Benchmarks;

/// <summary>Time per query of the committed file; the generated regular expressions, one by one, are the rival. The automaton alone is what a processor without vectors does.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
[PerByteColumn]
public class ClassificationBenchmarks
{
    private readonly RuleClassifier _classifier = RuleClassifier.Create([.. RouterOptions.DefaultQueryTypes.Select(static type => type.Patterns)]);
    private readonly RuleClassifier _automaton =
        RuleClassifier.Create([.. RouterOptions.DefaultQueryTypes.Select(static type => type.Patterns)], useTable: false);

    private readonly RegexClassifier _regexes = new(BuiltInPatterns.ByType);
    private readonly byte[] _answers = new byte[Queries.AsciiCount];

    [GlobalSetup]
    public void Check()
    {
        foreach (Queries queries in (Queries[])[Queries.Ascii, Queries.Other])
        {
            queries.Verify(queries.Texts.Select(query => _classifier.Classify(query).QueryType));
            queries.Verify(queries.Encoded.Select(query => _classifier.Classify(query).QueryType));
            OneBatch(queries.Texts);
            queries.Verify(_answers.Select(answer => _classifier.Answers[answer].QueryType).Take(queries.Texts.Length));
            Array.Clear(_answers);
            OneBatch(queries);
            queries.Verify(_answers.Select(answer => _classifier.Answers[answer].QueryType).Take(queries.Texts.Length));
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Queries.AsciiCount), BenchmarkCategory("ascii")]
    public int Classifier_Utf8() => OneByOne(_classifier, Queries.Ascii.Encoded);

    [Benchmark(OperationsPerInvoke = Queries.AsciiCount), BenchmarkCategory("ascii")]
    public int Classifier_Utf16() => OneByOne(_classifier, Queries.Ascii.Texts);

    [Benchmark(OperationsPerInvoke = Queries.AsciiCount), BenchmarkCategory("ascii")]
    public int Classifier_Utf8_Batch() => OneBatch(Queries.Ascii);

    [Benchmark(OperationsPerInvoke = Queries.AsciiCount), BenchmarkCategory("ascii")]
    public int Classifier_Utf16_Batch() => OneBatch(Queries.Ascii.Texts);

    [Benchmark(OperationsPerInvoke = Queries.AsciiCount), BenchmarkCategory("ascii")]
    public int Automaton_Utf8() => OneByOne(_automaton, Queries.Ascii.Encoded);

    [Benchmark(OperationsPerInvoke = Queries.AsciiCount), BenchmarkCategory("ascii")]
    public int Generated_Regexes() => ByRegexes(Queries.Ascii.Texts);

    [Benchmark(Baseline = true, OperationsPerInvoke = Queries.OtherCount), BenchmarkCategory("non-ascii")]
    public int Classifier_NonAscii_Utf8() => OneByOne(_classifier, Queries.Other.Encoded);

    [Benchmark(OperationsPerInvoke = Queries.OtherCount), BenchmarkCategory("non-ascii")]
    public int Classifier_NonAscii_Utf16() => OneByOne(_classifier, Queries.Other.Texts);

    [Benchmark(OperationsPerInvoke = Queries.OtherCount), BenchmarkCategory("non-ascii")]
    public int Classifier_NonAscii_Utf8_Batch() => OneBatch(Queries.Other);

    [Benchmark(OperationsPerInvoke = Queries.OtherCount), BenchmarkCategory("non-ascii")]
    public int Classifier_NonAscii_Utf16_Batch() => OneBatch(Queries.Other.Texts);

    [Benchmark(OperationsPerInvoke = Queries.OtherCount), BenchmarkCategory("non-ascii")]
    public int Generated_Regexes_NonAscii() => ByRegexes(Queries.Other.Texts);

    private static int OneByOne(RuleClassifier classifier, byte[][] queries)
    {
        int sum = 0;
        foreach (byte[] query in queries)
        {
            sum += classifier.Classify(query).QueryType;
        }

        return sum;
    }

    private static int OneByOne(RuleClassifier classifier, string[] queries)
    {
        int sum = 0;
        foreach (string query in queries)
        {
            sum += classifier.Classify(query).QueryType;
        }

        return sum;
    }

    private int OneBatch(Queries queries)
    {
        _classifier.ClassifyBatch(queries.Utf8, queries.Offsets, _answers);
        return _classifier.Answers[_answers[0]].QueryType;
    }

    private int OneBatch(string[] queries)
    {
        _classifier.ClassifyBatch(queries, _answers);
        return _classifier.Answers[_answers[0]].QueryType;
    }

    private int ByRegexes(string[] queries)
    {
        int sum = 0;
        foreach (string query in queries)
        {
            sum += _regexes.Classify(query).QueryType;
        }

        return sum;
    }
}
