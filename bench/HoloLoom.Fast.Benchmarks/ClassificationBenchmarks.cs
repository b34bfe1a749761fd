using BenchmarkDotNet.Attributes;
using HoloLoom.Fast.Classification;

namespace HoloLoom.Fast.Benchmarks;

/// <summary>Time per query of the committed file; the generated regular expressions, one by one, are the rival.</summary>
[MemoryDiagnoser]
public class ClassificationBenchmarks
{
    private readonly RuleClassifier _automaton = RuleClassifier.Create([.. RouterOptions.DefaultQueryTypes.Select(static type => type.Patterns)]);
    private readonly RegexClassifier _regexes = new(BuiltInPatterns.ByType);
    private readonly ClassifiedQuery[] _results = new ClassifiedQuery[Queries.AsciiCount];

    [GlobalSetup]
    public void Check()
    {
        // An answer that is wrong is not worth timing.
        foreach (string query in Queries.Ascii.Texts.Concat(Queries.Other.Texts))
        {
            if (_automaton.Classify(query) != _regexes.Classify(query))
            {
                throw new InvalidOperationException($"'{query}' is classified differently.");
            }
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Queries.AsciiCount)]
    public int Automaton_Utf8()
    {
        int sum = 0;
        foreach (byte[] query in Queries.Ascii.Encoded)
        {
            sum += _automaton.Classify(query).QueryType;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Queries.AsciiCount)]
    public int Automaton_Utf16()
    {
        int sum = 0;
        foreach (string query in Queries.Ascii.Texts)
        {
            sum += _automaton.Classify(query).QueryType;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Queries.AsciiCount)]
    public int Automaton_Utf8_Batch()
    {
        _automaton.ClassifyBatch(Queries.Ascii.Utf8, Queries.Ascii.Offsets, _results);
        return _results[0].QueryType;
    }

    [Benchmark(OperationsPerInvoke = Queries.AsciiCount)]
    public int Automaton_Utf16_Batch()
    {
        _automaton.ClassifyBatch(Queries.Ascii.Texts, _results);
        return _results[0].QueryType;
    }

    [Benchmark(OperationsPerInvoke = Queries.AsciiCount)]
    public int Generated_Regexes()
    {
        int sum = 0;
        foreach (string query in Queries.Ascii.Texts)
        {
            sum += _regexes.Classify(query).QueryType;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Queries.OtherCount)]
    public int Automaton_NonAscii_Utf8()
    {
        int sum = 0;
        foreach (byte[] query in Queries.Other.Encoded)
        {
            sum += _automaton.Classify(query).QueryType;
        }

        return sum;
    }
}
