namespace HoloLoom.Fast.Execution;

public sealed partial class Orchestrator
{
    private ulong Register(IReadOnlyList<IBackend> backends)
    {
        if (backends.Count == 0)
        {
            throw new RouterConfigurationException("$.backends", "the list is empty; at least one backend is needed.");
        }

        ulong registered = 0;
        for (int i = 0; i < backends.Count; i++)
        {
            string path = $"$.backends[{i}]";
            IBackend backend = OptionChecks.NotNull(path, backends[i]);
            ConfigurationChecks.Name($"{path}.name", "backend", backend.Name);
            ConfigurationChecks.Known($"{path}.name", "backend", backend.Name, [.. Router.Backends]);
            int index = IndexOf(backend.Name);
            if (_guards[index] is not null)
            {
                throw new RouterConfigurationException($"{path}.name", $"the backend '{backend.Name}' is given twice; give each once.");
            }

            ResilienceOptions resilience = Options.ResilienceOf.GetValueOrDefault(backend.Name) ?? Options.Resilience;
            _guards[index] = new BackendGuard(backend, resilience, Options.TimeProvider, _board, Options.HedgeQuantile);
            registered |= 1UL << index;
        }

        return registered;
    }

    private int IndexOf(string name)
    {
        for (int i = 0; i < Router.Backends.Count; i++)
        {
            if (Router.Backends[i] == name)
            {
                return i;
            }
        }

        return -1;
    }

    private int[] PlanOf(IReadOnlyList<string> names)
    {
        if (names.Count == 0)
        {
            throw new ArgumentException("The plan is empty; leave it null for the router to choose, or name a backend.");
        }

        var plan = new int[names.Count];
        ulong seen = 0;
        for (int i = 0; i < plan.Length; i++)
        {
            plan[i] = names[i] is null ? -1 : IndexOf(names[i]);
            if (plan[i] < 0 || _guards[plan[i]] is null)
            {
                string known = string.Join(", ", _guards.OfType<BackendGuard>().Select(static guard => guard.Name));
                throw new ArgumentException($"The plan names '{names[i]}', which is not a backend of this orchestrator; it has {known}.");
            }

            if ((seen >> plan[i] & 1) != 0)
            {
                throw new ArgumentException($"The plan names '{names[i]}' twice; name each backend once.");
            }

            seen |= 1UL << plan[i];
        }

        return plan;
    }

    private static ulong MaskOf(int[] backends) => backends.Aggregate(0UL, static (mask, backend) => mask | 1UL << backend);

    private int PatternOf(string name)
    {
        // By reference first: the name is mostly the very constant, and then no letter need be looked at.
        for (int i = 0; i < _patternNames.Length; i++)
        {
            if (ReferenceEquals(_patternNames[i], name))
            {
                return i;
            }
        }

        return PatternByLetters(name);
    }

    private int PatternByLetters(string name) => Array.IndexOf(_patternNames, name) is var at and >= 0
        ? at
        : throw new ArgumentException($"There is no execution pattern '{name}'; there are {string.Join(", ", _patternNames)}.");

    private ExecutionException AllDown(ulong wanted) => new(
        "Every backend is down",
        [.. Enumerable.Range(0, _guards.Length)
            .Where(backend => (wanted >> backend & 1) != 0)
            .Select(backend => new BackendFailure(_guards[backend]!.Name, CallStatus.Rejected, new InvalidOperationException("the circuit is open")))]);

    private ExecutionException NoAnswer(PatternContext context)
    {
        double elapsed = Milliseconds(context.Start, Options.TimeProvider.GetTimestamp());
        Profile?.Failed(context.Pattern, context.Decision.QueryType, elapsed);
        if (Options.Learn)
        {
            Router.CountExecution(context.Decision, new Outcome(0, elapsed), failed: true);
        }

        return new ExecutionException(
            context.Remaining == TimeSpan.Zero ? "No backend answered before the deadline" : "No backend answered", context.Failures);
    }

    // The holdout, after the variants, leaves the choice to the selector.
    private string?[]? PatternsOfVariants()
    {
        if (Router.Options.Experiment is not { } experiment)
        {
            return null;
        }

        for (int i = 0; i < experiment.Variants.Count; i++)
        {
            if (experiment.Variants[i].Pattern is string name)
            {
                ConfigurationChecks.Known(
                    $"$.experiment.variants[{i}].pattern", "execution pattern", name, _patternNames);
            }
        }

        // The very strings that PatternOf knows: those of a configuration were read from a file.
        return [.. experiment.Variants.Select(variant => variant.Pattern is { } name ? _patternNames[PatternByLetters(name)] : null), null];
    }
}
