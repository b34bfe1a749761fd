using BenchmarkDotNet.Attributes;

namespace HoloLoom.Fast.Benchmarks;

/// <summary>Time per outcome, each of a decision of its own: every one is accepted and learned.</summary>
[MemoryDiagnoser]
public class RecordBenchmarks
{
    // Enough for a call to take milliseconds: fresh ids are needed before every one, so a call is all that is timed at once.
    private const int Outcomes = 1 << 17;

    private readonly Decision[] _decisions = new Decision[Queries.AsciiCount];
    private readonly DecisionId[] _ids = new DecisionId[Outcomes];
    private readonly Outcome[] _outcomes = [new(0.9, 35), new(0.2, 35), new(0.8, 3000), new(1, 20)];
    private Router _router = null!;

    // An experiment's tally is added to what recording does otherwise.
    [Params(false, true)]
    public bool Experiment { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _router = TrainedRouter.Create("thompson", Experiment ? ExperimentBenchmarks.AB("thompson") : null);

        // Until the ledger holds all the blocks that it ever will, recording allocates them. Each of its eight parts may hold a whole window.
        for (long recorded = 0; recorded < 9L * _router.Options.DuplicateWindow; recorded += Outcomes)
        {
            MakeFreshIds();
            Record();
        }
    }

    [GlobalCleanup]
    public void Cleanup() => _router.Dispose();

    [IterationSetup]
    public void MakeFreshIds()
    {
        for (int start = 0; start < Outcomes; start += Queries.AsciiCount)
        {
            _router.RouteBatch(Queries.Ascii.Utf8, Queries.Ascii.Offsets, _decisions, BackendSet.All);
            for (int i = 0; i < Math.Min(Queries.AsciiCount, Outcomes - start); i++)
            {
                _ids[start + i] = _decisions[i].Id;
            }
        }
    }

    [Benchmark(OperationsPerInvoke = Outcomes)]
    public int Record()
    {
        int accepted = 0;
        for (int i = 0; i < _ids.Length; i++)
        {
            accepted += _router.Record(_ids[i], _outcomes[i & 3]) == RecordResult.Accepted ? 1 : 0;
        }

        return accepted == Outcomes ? accepted : throw new InvalidOperationException($"Of {Outcomes} outcomes of fresh decisions {accepted} were accepted.");
    }
}
