namespace HoloLoom.Fast.Experiments;

/// <summary>Supervises an experiment every so often, until it is disposed of.</summary>
internal sealed class SupervisionTimer : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Router _router;
    private readonly ITimer _timer;
    private bool _isOver;

    public SupervisionTimer(Router router, TimeSpan every)
    {
        _router = router;
        _timer = router.Options.TimeProvider.CreateTimer(static timer => ((SupervisionTimer)timer!).Step(), this, every, every);
    }

    /// <summary>Waits for a step that is being taken: afterwards there is none.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
        }

        _timer.Dispose();
    }

    private void Step()
    {
        // Who comes while a slow step is being taken has nothing to add.
        if (!_gate.TryEnter())
        {
            return;
        }

        try
        {
            if (!_isOver)
            {
                _ = ExperimentSupervisor.Step(_router);
            }
        }
        finally
        {
            _gate.Exit();
        }
    }
}
