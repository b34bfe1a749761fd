using HoloLoom.Fast.Execution;
using static HoloLoom.Fast.Tests.Execution.ScriptedBackend;

namespace HoloLoom.Fast.Tests.Execution;

/// <summary>Patterns and fusions of the user's own.</summary>
public sealed class CustomPatternTests
{
    [Fact]
    public async Task A_pattern_of_the_users_own_runs_by_its_name_and_may_replace_a_built_in_one()
    {
        var options = new OrchestratorOptions { CustomPatterns = [new LastOnly("last"), new LastOnly(ExecutionPatterns.Chain)] };
        Orchestrator orchestrator = Setup.Over(options, Scoring("a", 1), Scoring("b", 1));
        Assert.Equal("b-1", (await orchestrator.RunAsync("last")).Ids());
        Assert.Equal("b-1", (await orchestrator.RunAsync(ExecutionPatterns.Chain)).Ids());
    }

    [Fact]
    public async Task A_call_that_a_users_pattern_leaves_behind_ends_in_its_own_execution()
    {
        var gate = new TaskCompletionSource();
        ScriptedBackend a = Scoring("a", 1), b = new("b", async (_, _) =>
        {
            await gate.Task;
            return [new SearchResult("b-1", 0.25)];
        });
        string judged = "";
        var options = new OrchestratorOptions
        {
            CustomPatterns = [new FirstOfTwo()],
            Resilience = Setup.Plain with { Timeout = TimeSpan.FromMinutes(5) },
            Deadline = TimeSpan.FromMinutes(5),
            Relevance = (query, answer) =>
            {
                judged += answer.Backend == 1 ? $"{query} by b" : "";
                return 0.5;
            },
        };
        Orchestrator orchestrator = Setup.Over(options, a, b);
        Assert.Equal("a-1", (await orchestrator.ExecuteAsync(new ExecutionRequest("one") { Pattern = "first of two" })).Ids());

        // While the next execution is under way, on the same thread, the call ends.
        a.Script = (_, _) =>
        {
            gate.SetResult();
            return new([new SearchResult("a-1", 1)]);
        };
        ExecutionResult next = await orchestrator.ExecuteAsync(new ExecutionRequest("two") { Pattern = ExecutionPatterns.FeedForward });
        await Setup.Eventually(() => judged != "");
        Assert.Equal("one by b", judged);
        Assert.Equal((1, 1), (next.Asked.Count, next.Answered.Count));
    }

    [Fact]
    public async Task The_time_that_a_users_pattern_takes_after_its_call_is_part_of_the_execution()
    {
        var clock = new HandClock();
        OrchestratorOptions options = Setup.Unhurried with
        {
            TimeProvider = clock,
            CustomPatterns = [new Scripted("rerank", async context =>
            {
                BackendAnswer found = await context.CallPrimaryAsync();
                clock.Advance(TimeSpan.FromMilliseconds(400));
                return found.Results;
            })],
        };
        Assert.True((await Setup.Over(options, Scoring("a", 1)).RunAsync("rerank")).ElapsedMs >= 400);
    }

    [Fact]
    public async Task Each_call_of_one_backend_is_learned_from_by_itself_and_amended_by_feedback()
    {
        OrchestratorOptions options = Setup.Unhurried with
        {
            CustomPatterns = [new Scripted("twice", async context =>
            {
                BackendAnswer first = await context.CallAsync(context.Decision.Backend);
                return (await context.CallAsync(context.Decision.Backend, first.Results)).Results;
            })],
        };
        Orchestrator orchestrator = Setup.Over(options, Scoring("a", 0.9));
        ExecutionResult result = await orchestrator.RunAsync("twice");
        CellStatistics Cell() => orchestrator.Router.GetStatistics().QueryTypes[0].Backends[0];
        Assert.Equal((2, 3.0, 1.0), (Cell().Outcomes, Cell().Alpha, Cell().Beta));
        Assert.Equal(RecordResult.Accepted, orchestrator.Feedback(result.Decision.Id, 0));
        Assert.Equal((2, 1.0, 3.0), (Cell().Outcomes, Cell().Alpha, Cell().Beta));
    }

    [Fact]
    public async Task What_a_users_pattern_finds_is_cut_to_what_was_asked_for()
    {
        OrchestratorOptions options = Setup.Unhurried with
        {
            CustomPatterns = [new Scripted("much", async context =>
            {
                await context.CallPrimaryAsync();
                return [.. Enumerable.Range(0, 100).Select(static i => new SearchResult($"{i}", 1))];
            })],
        };
        ExecutionResult result = await Setup.Over(options, Scoring("a", 1)).ExecuteAsync(new ExecutionRequest("q") { Pattern = "much", Limit = 3 });
        Assert.Equal("0,1,2", result.Ids());
    }

    [Fact]
    public async Task A_fusion_that_finds_null_is_named()
    {
        OrchestratorOptions options = Setup.Unhurried with { Fusion = new Nothing() };
        InvalidOperationException problem = await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await Setup.Over(options, Scoring("a", 1), Scoring("b", 1)).RunAsync(ExecutionPatterns.Parallel));
        Assert.Equal("The fusion Nothing returned null instead of results.", problem.Message);
    }

    private sealed class FirstOfTwo : IExecutionPattern
    {
        public string Name => "first of two";

        public ValueTask<IReadOnlyList<SearchResult>> RunAsync(PatternContext context)
        {
            Task<BackendAnswer> late = context.CallAsync(1).AsTask();
            Task<BackendAnswer> early = context.CallAsync(0).AsTask();
            return early.IsCompleted && !late.IsCompleted ? new(early.Result.Results) : throw new InvalidOperationException("b was to be late.");
        }
    }

    private sealed class Scripted(string name, Func<PatternContext, ValueTask<IReadOnlyList<SearchResult>>> run) : IExecutionPattern
    {
        public string Name => name;

        public ValueTask<IReadOnlyList<SearchResult>> RunAsync(PatternContext context) => run(context);
    }

    private sealed class Nothing : IResultFusion
    {
        public IReadOnlyList<SearchResult> Fuse(IReadOnlyList<BackendAnswer> answers, int limit) => null!;
    }

    private sealed class LastOnly(string name) : IExecutionPattern
    {
        public string Name => name;

        public async ValueTask<IReadOnlyList<SearchResult>> RunAsync(PatternContext context) => (await context.CallAsync(1)).Results;
    }
}
