using HoloLoom.Fast.Execution;

namespace HoloLoom.Fast.Tests.Execution;

/// <summary>What is ambient to the caller (<see cref="AsyncLocal{T}"/>) reaches all of the user's code, and what backends make ambient does not.</summary>
public sealed class AmbientTests
{
    public static TheoryData<string> Patterns => [.. ExecutionPatterns.All];

    [Theory]
    [MemberData(nameof(Patterns))]
    public async Task What_is_ambient_to_the_caller_reaches_every_backend_after_failures(string pattern)
    {
        var ambient = new AsyncLocal<string>();
        var backends = new Bare[] { new("a", ambient, null), new("b", ambient, null), new("c", ambient, 1) };
        ambient.Value = "the caller's";
        ExecutionResult result = await new Orchestrator(Setup.Router(["a", "b", "c"]), backends, Setup.Patient).RunAsync(pattern);
        Assert.Equal("the caller's", ambient.Value);
        Assert.Equal("c-1", result.Ids());
        Assert.All(backends, static backend => Assert.Equal("the caller's", backend.Saw));
    }

    [Theory]
    [InlineData(ExecutionPatterns.Recursive)]
    [InlineData(ExecutionPatterns.StrangeLoop)]
    [InlineData(ExecutionPatterns.Chain)]
    public async Task What_is_ambient_to_the_caller_reaches_the_next_backend_after_poor_results(string pattern)
    {
        var ambient = new AsyncLocal<string>();
        var backends = new Bare[] { new("a", ambient, 0), new("b", ambient, 1) };
        ambient.Value = "the caller's";
        ExecutionResult result = await new Orchestrator(Setup.Router(["a", "b"]), backends, Setup.Patient).RunAsync(pattern);
        Assert.Equal(2, result.Answered.Count);
        Assert.All(backends, static backend => Assert.Equal("the caller's", backend.Saw));
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public async Task What_a_backend_makes_ambient_is_its_own(string pattern)
    {
        var ambient = new AsyncLocal<string>();
        foreach (bool atOnce in (bool[])[false, true])
        {
            var backends = new Bare[] { new("a", ambient, 0) { Leaves = "a's", AnswersAtOnce = atOnce }, new("b", ambient, 1) { Leaves = "b's", AnswersAtOnce = atOnce } };
            ambient.Value = "the caller's";
            ValueTask<ExecutionResult> execution = new Orchestrator(Setup.Router(["a", "b"]), backends, Setup.Patient).RunAsync(pattern);
            Assert.Equal("the caller's", ambient.Value);
            await execution;
            Assert.Equal("the caller's", ambient.Value);
            Assert.All(backends.Where(static backend => backend.IsCalled), static backend => Assert.Equal("the caller's", backend.Saw));
        }
    }

    [Theory]
    [InlineData(ExecutionPatterns.Parallel)]
    [InlineData(ExecutionPatterns.Chain)]
    public async Task What_is_ambient_to_the_caller_reaches_a_fusion_of_the_users(string pattern)
    {
        var ambient = new AsyncLocal<string>();
        string? seen = null;
        OrchestratorOptions options = Setup.Patient with { Fusion = new ScriptedFusion(() => seen = ambient.Value) };
        ambient.Value = "the caller's";
        var orchestrator = new Orchestrator(Setup.Router(["a", "b"]), [new Bare("a", ambient, 1), new Bare("b", ambient, 1)], options);
        Assert.Equal("fused", (await orchestrator.RunAsync(pattern)).Ids());
        Assert.Equal("the caller's", seen);
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public async Task What_is_ambient_to_the_caller_reaches_a_reward_of_the_users(string pattern)
    {
        var ambient = new AsyncLocal<string>();
        var seen = new System.Collections.Concurrent.ConcurrentBag<string?>();
        var router = new Router(new RouterOptions
        {
            Backends = ["a", "b"],
            QueryTypes = [new QueryTypeOptions("any", "a", [])],
            Fallback = ["a", "b"],
            Reward = new RewardOptions.Custom(_ =>
            {
                seen.Add(ambient.Value);
                return 1;
            }),
        });
        ambient.Value = "the caller's";
        await new Orchestrator(router, [new Bare("a", ambient, 1), new Bare("b", ambient, 1)], Setup.Patient).RunAsync(pattern);
        Assert.NotEmpty(seen);
        Assert.All(seen, static value => Assert.Equal("the caller's", value));
    }

    /// <summary>Answers by a thread that knows nothing of the caller, with a score or a failure, and no method between that would restore anything.</summary>
    private sealed class Bare(string name, AsyncLocal<string> ambient, double? score) : IBackend
    {
        public string Name => name;

        public string? Saw { get; private set; }

        public bool IsCalled { get; private set; }

        public string? Leaves { get; init; }

        public bool AnswersAtOnce { get; init; }

        public ValueTask<IReadOnlyList<SearchResult>> SearchAsync(BackendQuery query, CancellationToken cancellationToken)
        {
            (Saw, IsCalled) = (ambient.Value, true);
            ambient.Value = Leaves ?? ambient.Value!;

            // An array: of anything else a copy is made first, and that way is another.
            SearchResult[] results = [new($"{name}-1", score ?? 0)];
            if (AnswersAtOnce)
            {
                return new(results);
            }

            var answer = new TaskCompletionSource<IReadOnlyList<SearchResult>>();
            var thread = new Thread(() =>
            {
                Thread.Sleep(5);
                ambient.Value = "the thread's";
                if (score is null)
                {
                    answer.SetException(new InvalidOperationException($"{name} is broken"));
                }
                else
                {
                    answer.SetResult(results);
                }
            });
            thread.UnsafeStart();
            return new(answer.Task);
        }
    }
}
