namespace HoloLoom.Fast.Execution;

public sealed partial class PatternContext
{
    /// <summary>Whether the backend's calls go through the pipeline of its policies from their beginning, at this moment.</summary>
    internal bool IsWatched(int backend) => _owner.Guard(backend).IsWatched;

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

    /// <summary>A call has ended: learns from it and counts it.</summary>
    internal BackendAnswer Finish(int backend, DecisionId id, long start, in GuardedReply reply)
    {
        long end = Options.TimeProvider.GetTimestamp();
        double latency = _owner.Milliseconds(start, end);
        Volatile.Write(ref _lastEnd, end);
        var answer = new BackendAnswer(backend, reply.Status, reply.Results, reply.MeanScore, latency, reply.Error, id);
        switch (reply.Status)
        {
            case CallStatus.Answered:
                _owner.Guard(backend).Latencies.Add(latency);
                double relevance = _owner.RelevanceOf(Query, answer);
                if (Options.Learn)
                {
                    _owner.Router.RecordCall(id, new Outcome(relevance, latency));
                }

                AddAnswer(answer, new RecordedCall(id, relevance, latency));
                break;
            case CallStatus.Failed or CallStatus.TimedOut when Options.Learn:
                _owner.Router.RecordFailure(id, latency, counted: false);
                break;
        }

        _owner.Profile?.Called(backend, latency, reply.Status);
        if (reply.Status is CallStatus.Cancelled)
        {
            // By the caller, or else by the pattern, which knows what it did.
            CancellationToken.ThrowIfCancellationRequested();
        }
        else if (reply.Status != CallStatus.Answered)
        {
            lock (_gate)
            {
                (_failures ??= []).Add(new BackendFailure(_owner.Router.Backends[backend], reply.Status, reply.Error));
            }
        }

        return answer;
    }

    private ValueTask<BackendAnswer> CallAsync(
        int backend, IReadOnlyList<SearchResult> previous, bool mayTurnToAnother, bool mustPend, CancellationToken token, out PendingCall? pending)
    {
        CancellationToken.ThrowIfCancellationRequested();
        bool isPrimary = backend == Decision.Backend;
        DecisionId id = isPrimary ? Decision.Id : _owner.Router.RouteWithin(Decision, _classified, new BackendSet(1UL << backend)).Id;
        long start = Options.TimeProvider.GetTimestamp();
        long until = mayTurnToAnother ? start + (_deadline - start) / 2 : _deadline;
        var query = new BackendQuery(Query, Limit, previous);
        ValueTask<GuardedReply> reply = _owner.Guard(backend).CallAsync(query, start, until, mustPend, token, out pending);
        if (pending is null && reply.IsCompletedSuccessfully)
        {
            return new(Finish(backend, id, start, reply.Result));
        }

        HasWaited = true;
        return pending is not null ? pending.AnswerAsync(this, backend, id) : AwaitAsync(backend, id, start, reply);
    }

    private async ValueTask<BackendAnswer> AwaitAsync(int backend, DecisionId id, long start, ValueTask<GuardedReply> reply) =>
        Finish(backend, id, start, await reply.ConfigureAwait(false));

    private void AddAnswer(in BackendAnswer answer, in RecordedCall call)
    {
        lock (_gate)
        {
            if (_answered == 0)
            {
                _first = call;
            }
            else
            {
                (_others ??= []).Add(call);
            }

            _answered |= 1UL << answer.Backend;
            _bestScore = Math.Max(_bestScore, answer.MeanScore);
            _bestRelevance = Math.Max(_bestRelevance, call.Relevance);
        }
    }

    // Counts the backend as asked.
    private bool IsAnotherLeft(int backend)
    {
        ulong asked = Interlocked.Or(ref _asked, Bit(backend)) | Bit(backend);
        return (_mask & ~asked) != 0;
    }
}
