using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using HoloLoom.Fast.Execution;

namespace HoloLoom.Fast.Tests.Execution;

/// <summary>Whatever the backends do: no result lost or doubled, a stable order, everything recorded once, and a cancelled caller let go.</summary>
public sealed class PatternProperties
{
    // Nothing here is to be decided by a clock.
    private static readonly OrchestratorOptions s_patient = new()
    {
        Deadline = TimeSpan.FromMinutes(10),
        Resilience = Setup.Plain with { Timeout = TimeSpan.FromMinutes(5) },
        HedgeInitialDelay = TimeSpan.FromMilliseconds(1),
    };

    [Property(MaxTest = 500)]
    public Property No_result_is_lost_or_doubled_and_the_order_is_that_of_the_fusion() => Prop.ForAll(Scenarios(), static scenario =>
        Task.Run(async () =>
        {
            (Orchestrator orchestrator, ScriptedBackend[] backends) = Build(scenario);
            bool anyAnswers = scenario.Backends.Any(static script => script.Fate is not Fate.Throws and not Fate.ThrowsLater);
            ExecutionResult result;
            try
            {
                result = await orchestrator.ExecuteAsync(new ExecutionRequest("q") { Pattern = scenario.Pattern, Limit = 100 });
            }
            catch (ExecutionException error)
            {
                Assert.False(anyAnswers);
                Assert.Equal(backends.Length, error.Failures.Count);
                return;
            }

            Assert.True(anyAnswers);
            string[] ids = [.. result.Results.Select(static one => one.Id)];
            Assert.Equal(ids.Distinct(), ids);

            // All that answered are in, but for a hedge's loser that answered all the same.
            List<string[]> lists = [.. Indices(result.Answered).Select(backend => scenario.Backends[backend].Ids)];
            if (scenario.Pattern == ExecutionPatterns.Hedged)
            {
                Assert.Contains(lists, list => list.SequenceEqual(ids));
            }
            else
            {
                Assert.Equal(lists.SelectMany(static list => list).Distinct().Order(), ids.Order());
            }

            // One call each, and one outcome each for those that answered or failed.
            Assert.All(backends, static backend => Assert.InRange(backend.Calls, 0, 1));
            Assert.Equal(result.Asked.Count, backends.Sum(static backend => backend.Calls));
            Assert.All(Indices(result.Asked), backend => Assert.Equal(1, backends[backend].Calls));
            Assert.Equal(0UL, result.Answered.Mask & ~result.Asked.Mask);

            // All that failed are told of, but for a hedge's loser that was taken back before it could.
            string[] failed = [.. Indices(result.Asked.Without(result.Answered))
                .Where(backend => scenario.Backends[backend].Fate is Fate.Throws or Fate.ThrowsLater)
                .Select(backend => orchestrator.Router.Backends[backend])];
            string[] told = [.. result.Failures.Select(static failure => failure.Backend).Order()];
            Assert.Equal(scenario.Pattern == ExecutionPatterns.Hedged ? failed.Intersect(told) : failed, told);
            Assert.InRange(orchestrator.Router.GetStatistics().Outcomes, result.Answered.Count + result.Failures.Count, result.Asked.Count);
            if (scenario.Pattern is ExecutionPatterns.Parallel or ExecutionPatterns.Chain or ExecutionPatterns.Recursive && lists.Count > 1)
            {
                // Parallel and chain ask in the order of the fallback list, so the order is known: that of a plain sum of reciprocal ranks.
                Assert.Equal(Expected(scenario, result), ids);
            }
        }).GetAwaiter().GetResult());

    [Property(MaxTest = 200)]
    public Property The_same_answers_give_the_same_result() => Prop.ForAll(Scenarios(), static scenario =>
        Task.Run(async () =>
        {
            if (scenario.Pattern is ExecutionPatterns.Hedged or ExecutionPatterns.StrangeLoop)
            {
                return;
            }

            Assert.Equal(await OutcomeOf(scenario), await OutcomeOf(scenario));

            static async Task<string> OutcomeOf(Scenario scenario)
            {
                try
                {
                    ExecutionResult result = await Build(scenario).Orchestrator.ExecuteAsync(new ExecutionRequest("q") { Pattern = scenario.Pattern, Limit = 100 });
                    return $"{result.Ids()} {result.Asked} {result.Answered} {result.Confidence:R}";
                }
                catch (ExecutionException error)
                {
                    return string.Join(";", error.Failures.Select(static failure => failure.ToString()).Order());
                }
            }
        }).GetAwaiter().GetResult());

    [Property(MaxTest = 200)]
    public Property A_caller_who_cancels_at_any_wait_is_let_go_and_every_call_taken_back() => Prop.ForAll(
        Scenarios().Generator.Zip(Gen.Choose(0, 5)).ToArbitrary(),
        static pair => Task.Run(async () =>
        {
            (Scenario scenario, int cancelAt) = pair;
            using var source = new CancellationTokenSource();
            int begun = 0;
            ScriptedBackend[] backends = [.. scenario.Backends.Select((script, index) => new ScriptedBackend(Name(index), async (query, token) =>
            {
                if (Interlocked.Increment(ref begun) > cancelAt)
                {
                    // From here on nobody answers; the caller cancels while this one waits.
                    _ = Task.Run(source.Cancel, CancellationToken.None);
                    await Task.Delay(Timeout.Infinite, token);
                }

                await Task.Yield();
                return script.Fate is Fate.Throws or Fate.ThrowsLater ? throw new IOException("broken") : script.Results();
            }))];
            Orchestrator orchestrator = Setup.Over(s_patient with { Cache = cancelAt % 2 == 0 ? new ResultCacheOptions() : null }, backends);
            try
            {
                await orchestrator.RunAsync(scenario.Pattern, source.Token);
            }
            catch (OperationCanceledException cancelled)
            {
                Assert.Equal(source.Token, cancelled.CancellationToken);
                Assert.True(begun > cancelAt);
            }
            catch (ExecutionException)
            {
                Assert.True(begun <= cancelAt);
            }

            await Setup.Eventually(() => backends.All(static backend => backend.Running == 0));
            await Setup.Eventually(() => Enumerable.Range(0, backends.Length).All(backend => orchestrator.Guard(backend).UnderWay == 0));
        }).GetAwaiter().GetResult());

    private static IEnumerable<string> Expected(Scenario scenario, ExecutionResult result)
    {
        var points = new Dictionary<string, double>();
        var met = new List<string>();
        foreach (int backend in Indices(result.Answered).Where(backend => scenario.Backends[backend].Ids.Length > 0))
        {
            for (int rank = 1; rank <= scenario.Backends[backend].Ids.Length; rank++)
            {
                string id = scenario.Backends[backend].Ids[rank - 1];
                if (!points.ContainsKey(id))
                {
                    met.Add(id);
                }

                points[id] = points.GetValueOrDefault(id) + 1 / (60.0 + rank);
            }
        }

        return met.OrderByDescending(id => points[id]);
    }

    private static (Orchestrator Orchestrator, ScriptedBackend[] Backends) Build(Scenario scenario)
    {
        ScriptedBackend[] backends = [.. scenario.Backends.Select(static (script, index) => new ScriptedBackend(Name(index), script.Fate switch
        {
            Fate.Answers => (_, _) => new(script.Results()),
            Fate.AnswersLater => async (_, token) =>
            {
                await Task.Yield();
                return script.Results();
            },
            Fate.AnswersSlowly => async (_, token) =>
            {
                await Task.Delay(3, token);
                return script.Results();
            },
            Fate.Throws => static (_, _) => throw new IOException("broken"),
            _ => static async (_, _) =>
            {
                await Task.Yield();
                throw new IOException("broken later");
            },
        }))];
        return (Setup.Over(s_patient, backends), backends);
    }

    private static string Name(int index) => $"{(char)('a' + index)}";

    private static IEnumerable<int> Indices(BackendSet set) => Enumerable.Range(0, 64).Where(set.Contains);

    private static Arbitrary<Scenario> Scenarios()
    {
        Gen<Script> script =
            from fate in Gen.Elements(Enum.GetValues<Fate>())
            from score in Gen.Choose(0, 10)
            from ids in Gen.Choose(0, 12).ListOf(5)
            select new Script(fate, score / 10.0, [.. ids.Distinct().Select(static id => $"r{id}")]);
        return (from pattern in Gen.Elements(ExecutionPatterns.All.ToArray())
                from count in Gen.Choose(1, 6)
                from scripts in script.ListOf(count)
                select new Scenario(pattern, [.. scripts])).ToArbitrary();
    }

    internal enum Fate
    {
        Answers,
        AnswersLater,
        AnswersSlowly,
        Throws,
        ThrowsLater,
    }

    internal sealed record Script(Fate Fate, double Score, string[] Ids)
    {
        public IReadOnlyList<SearchResult> Results() => [.. Ids.Select(id => new SearchResult(id, Score))];
    }

    internal sealed record Scenario(string Pattern, Script[] Backends)
    {
        public override string ToString() =>
            $"{Pattern}: {string.Join("; ", Backends.Select(static script => $"{script.Fate} {script.Score} [{string.Join(' ', script.Ids)}]"))}";
    }
}
