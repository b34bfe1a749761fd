namespace HoloLoom.Fast.Execution;

public sealed partial class PatternContext
{
    /// <summary>Whether the backend's calls go through the pipeline of its policies from their beginning, at this moment.</summary>
    internal bool IsWatched(int backend) => _owner.Guard(backend).IsWatched;

    /// <summary>Begins an execution with the decision's backend.</summary>
    /// <param name="pattern">What goes on when the call ends.</param>
    /// <param name="answer">What came of the call, if it has ended.</param>
    /// <returns>Null if it has; else a <see cref="PendingExecution"/>, or the task of a call that goes through the pipeline of its policies.</returns>
    internal object? CallFirst(FirstAnswerPattern pattern, out BackendAnswer answer)
    {
        int backend = Decision.Backend;
        bool mayTurnToAnother = IsAnotherLeft(backend);
        return Call(backend, [], mayTurnToAnother, pattern.MustPend, pattern, CancellationToken, out answer);
    }

    /// <summary>Calls a backend that was not watched a moment ago; unless the call succeeds at once, it is pending and can be taken back by itself.</summary>
    internal ValueTask<BackendAnswer> CallUnwatchedAsync(int backend, out PendingCall? pending)
    {
        bool mayTurnToAnother = IsAnotherLeft(backend);
        return CallAsync(backend, [], mayTurnToAnother, mustPend: true, CancellationToken, out pending);
    }

    /// <summary>Calls backends at once, each with the whole time that is left.</summary>
    internal ValueTask<BackendAnswer> CallBesideAsync(int backend)
    {
        Interlocked.Or(ref _asked, Bit(backend));
        return CallAsync(backend, [], mayTurnToAnother: false, mustPend: false, CancellationToken, out _);
    }

    /// <summary>
    /// Learns from a primary that was taken back because a hedge, begun later, had answered: it was beaten although it had a head start, so
    /// its reward is 0, and its time until then counts among its latencies.
    /// </summary>
    internal void RecordBeaten(in BackendAnswer answer)
    {
        _owner.Guard(answer.Backend).Latencies.Add(answer.LatencyMs);
        if (Options.Learn)
        {
            _owner.Router.RecordFailure(answer.DecisionId, answer.LatencyMs, counted: false);
        }
    }

    /// <summary>Asks the alternatives one after the other until one answers; an answer that is one is returned as it is.</summary>
    internal async ValueTask<BackendAnswer> FailOverAsync(BackendAnswer answer)
    {
        while (!answer.IsAnswered && NextAlternative() is var next and >= 0)
        {
            answer = await CallAsync(next).ConfigureAwait(false);
        }

        return answer;
    }

    /// <summary>A call was answered: learns from it and counts it.</summary>
    internal void FinishAnswered(
        int backend, DecisionId id, long start, long end, IReadOnlyList<SearchResult> results, double meanScore, out BackendAnswer answer)
    {
        double latency = _owner.Milliseconds(start, end);
        Volatile.Write(ref _lastEnd, end);
        answer = new BackendAnswer(backend, CallStatus.Answered, results, meanScore, latency, null, id);
        _owner.Guard(backend).Latencies.Add(latency);
        double relevance = _owner.RelevanceOf(Query, answer);
        if (Options.Learn)
        {
            _owner.Router.RecordCall(id, new Outcome(relevance, latency));
        }

        AddAnswer(backend, meanScore, new RecordedCall(id, relevance, latency));
        _owner.Profile?.Called(backend, latency, CallStatus.Answered);
    }

    /// <summary>A call has ended: learns from it and counts it.</summary>
    internal void Finish(int backend, DecisionId id, long start, in GuardedReply reply, out BackendAnswer answer)
    {
        if (reply.Status == CallStatus.Answered)
        {
            FinishAnswered(backend, id, start, Options.TimeProvider.GetTimestamp(), reply.Results, reply.MeanScore, out answer);
        }
        else
        {
            answer = FinishUnanswered(backend, id, start, reply);
        }
    }

    private BackendAnswer FinishUnanswered(int backend, DecisionId id, long start, in GuardedReply reply)
    {
        long end = Options.TimeProvider.GetTimestamp();
        double latency = _owner.Milliseconds(start, end);
        Volatile.Write(ref _lastEnd, end);
        if (Options.Learn && reply.Status is CallStatus.Failed or CallStatus.TimedOut)
        {
            _owner.Router.RecordFailure(id, latency, counted: false);
        }

        _owner.Profile?.Called(backend, latency, reply.Status);
        if (reply.Status is CallStatus.Cancelled)
        {
            // By the caller, or else by the pattern, which knows what it did.
            CancellationToken.ThrowIfCancellationRequested();
        }
        else
        {
            AddFailure(new BackendFailure(_owner.Router.Backends[backend], reply.Status, reply.Error));
        }

        return new BackendAnswer(backend, reply.Status, reply.Results, reply.MeanScore, latency, reply.Error, id);
    }

    private ValueTask<BackendAnswer> CallAsync(
        int backend, IReadOnlyList<SearchResult> previous, bool mayTurnToAnother, bool mustPend, CancellationToken token, out PendingCall? pending)
    {
        object? running = Call(backend, previous, mayTurnToAnother, mustPend, null, token, out BackendAnswer answer);
        pending = running as PendingCall;
        return running switch
        {
            null => new(answer),
            PendingAnswer call => call.AsValueTask(),
            _ => new((Task<BackendAnswer>)running),
        };
    }

    // Null if the call has ended, with the answer; else the pending call, or the task of the pipeline.
    private object? Call(
        int backend,
        IReadOnlyList<SearchResult> previous,
        bool mayTurnToAnother,
        bool mustPend,
        FirstAnswerPattern? first,
        CancellationToken token,
        out BackendAnswer answer)
    {
        CancellationToken.ThrowIfCancellationRequested();
        DecisionId id = backend == Decision.Backend ? Decision.Id : IdOfAnother(backend);
        long start = Options.TimeProvider.GetTimestamp();
        long until = mayTurnToAnother ? start + (_deadline - start) / 2 : _deadline;
        var query = new BackendQuery(Query, Limit, previous);
        if (_owner.Guard(backend).TryCall(query, start, until, mustPend, token, out GuardedReply reply, out Attempt attempt))
        {
            Finish(backend, id, start, reply, out answer);
            return null;
        }

        answer = default;
        return Await(backend, id, query, start, until, attempt, first, token);
    }

    private DecisionId IdOfAnother(int backend) => _owner.Router.RouteWithin(Decision, _classified, new BackendSet(1UL << backend)).Id;

    private object Await(
        int backend, DecisionId id, in BackendQuery query, long start, long until, in Attempt attempt, FirstAnswerPattern? first, CancellationToken token)
    {
        HasWaited = true;
        if (attempt.Watched is { } running)
        {
            return AwaitAsync(backend, id, start, running);
        }

        PendingCall pending = first is not null
            ? new PendingExecution(first, this, backend, id, query, start, until, attempt, token)
            : new PendingAnswer(this, backend, id, query, start, until, attempt, token);
        pending.Begin();
        return pending;
    }

    private async Task<BackendAnswer> AwaitAsync(int backend, DecisionId id, long start, Task<GuardedReply> running)
    {
        Finish(backend, id, start, await running.ConfigureAwait(false), out BackendAnswer answer);
        return answer;
    }

    private void AddFailure(in BackendFailure failure)
    {
        _gate.Enter();
        (_failures ??= []).Add(failure);
        _gate.Exit();
    }

    private void AddAnswer(int backend, double meanScore, in RecordedCall call)
    {
        _gate.Enter();
        if (_answered == 0)
        {
            _first = call;
        }
        else
        {
            (_others ??= []).Add(call);
        }

        _answered |= 1UL << backend;
        _bestScore = meanScore > _bestScore ? meanScore : _bestScore;
        _bestRelevance = call.Relevance > _bestRelevance ? call.Relevance : _bestRelevance;
        _gate.Exit();
    }

    // Counts the backend as asked.
    private bool IsAnotherLeft(int backend)
    {
        ulong bit = Bit(backend);
        return (_mask & ~(Interlocked.Or(ref _asked, bit) | bit)) != 0;
    }
}
