using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Execution;

public sealed partial class PatternContext
{
    /// <summary>When a call must end that is made now: if others may be asked after it, half of the time is left to them.</summary>
    internal static long Until(long now, long deadline, bool mayTurnToAnother) => mayTurnToAnother ? now + (deadline - now) / 2 : deadline;

    /// <summary>Goes on with the decision's backend at work.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal ValueTask<ExecutionResult> AwaitFirstAsync(FirstAnswerPattern pattern, in BegunCall begun)
    {
        BeginToWait();
        if (begun.Attempt.Watched is { } watched)
        {
            return pattern.AwaitAsync(this, AwaitAsync(begun.Backend, begun.Id, begun.Start, watched), begun.Attempt.Source);
        }

        var call = new PendingExecution(pattern, this, begun);
        call.Begin();
        return call.AsValueTask();
    }

    /// <summary>Calls a backend so that the call can be taken back: by itself if it is pending, else by the source.</summary>
    internal ValueTask<BackendAnswer> CallTakenBackAsync(int backend, out PendingCall? pending, out CancellationTokenSource? source)
    {
        bool mayTurnToAnother = IsAnotherLeft(backend);
        return CallAsync(backend, [], mayTurnToAnother, isTakenBack: true, CancellationToken, out pending, out source);
    }

    /// <summary>Calls one of several backends at once, each with the whole time that is left.</summary>
    internal void CallBeside(int backend, ParallelCalls calls, int place)
    {
        Interlocked.Or(ref _asked, Bit(backend));
        if (TryCall(backend, [], mayTurnToAnother: false, isTakenBack: false, CancellationToken, out BackendAnswer answer, out BegunCall begun))
        {
            calls.Settle(place, answer);
        }
        else if (begun.Attempt.Watched is { } watched)
        {
            _ = AwaitBesideAsync(AwaitAsync(backend, begun.Id, begun.Start, watched), calls, place);
        }
        else
        {
            new PendingBeside(calls, place, this, begun).Begin();
        }
    }

    /// <summary>
    /// Learns from a primary that was taken back because a hedge, begun later, had answered: it was beaten although it had a head start, so
    /// its reward is 0, and its time until then counts among its latencies.
    /// </summary>
    internal void RecordBeaten(in BackendAnswer answer)
    {
        _owner.Guard(answer.Backend).Latencies.Add(answer.LatencyMs);
        _owner.Profile?.Beaten(answer.Backend, answer.LatencyMs);
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
        int backend,
        IReadOnlyList<SearchResult> previous,
        bool mayTurnToAnother,
        bool isTakenBack,
        CancellationToken token,
        out PendingCall? pending,
        out CancellationTokenSource? source)
    {
        (pending, source) = (null, null);
        if (TryCall(backend, previous, mayTurnToAnother, isTakenBack, token, out BackendAnswer answer, out BegunCall begun))
        {
            return new(answer);
        }

        if (begun.Attempt.Watched is { } watched)
        {
            source = begun.Attempt.Source;
            return new(AwaitAsync(backend, begun.Id, begun.Start, watched));
        }

        var call = new PendingAnswer(this, begun);
        pending = call;
        call.Begin();
        return call.AsValueTask();
    }

    // True if the call has ended: then the answer is there.
    private bool TryCall(
        int backend,
        IReadOnlyList<SearchResult> previous,
        bool mayTurnToAnother,
        bool isTakenBack,
        CancellationToken token,
        out BackendAnswer answer,
        out BegunCall begun)
    {
        CancellationToken.ThrowIfCancellationRequested();
        DecisionId id = backend == Decision.Backend && Interlocked.Exchange(ref _isDecisionCalled, 1) == 0
            ? Decision.Id
            : _owner.Router.RouteWithin(Decision, _classified, new BackendSet(1UL << backend)).Id;
        long start = Options.TimeProvider.GetTimestamp();
        long until = Until(start, _deadline, mayTurnToAnother);
        var query = new BackendQuery(Query, Limit, previous);
        if (_owner.Guard(backend).TryCall(query, start, until, isTakenBack, token, out GuardedReply reply, out Attempt attempt))
        {
            begun = default;
            Finish(backend, id, start, reply, out answer);
            return true;
        }

        BeginToWait();
        answer = default;
        begun = new BegunCall(backend, id, query, start, until, attempt, token);
        return false;
    }

    private void BeginToWait()
    {
        if (!HasWaited)
        {
            HasWaited = true;
            PlaceForFeedback = _owner.PrepareEnd(Decision.Id);
        }
    }

    private static async Task AwaitBesideAsync(Task<BackendAnswer> running, ParallelCalls calls, int place)
    {
        BackendAnswer answer;
        try
        {
            answer = await running.ConfigureAwait(false);
        }
        catch (Exception error)
        {
            calls.Fail(error);
            return;
        }

        calls.Settle(place, answer);
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
