namespace HoloLoom.Fast.Learning;

/// <summary>One cell as plain numbers, for statistics and snapshots.</summary>
/// <param name="PriorAlpha">Pseudo-successes.</param>
/// <param name="PriorBeta">Pseudo-failures.</param>
/// <param name="Successes">Weighted rewards, in units of the epoch.</param>
/// <param name="Failures">Weighted 1 − reward, in units of the epoch.</param>
/// <param name="Epoch">The whole number of half-lives since 1970 at which an outcome weighs 1; 0 without forgetting.</param>
/// <param name="Outcomes">Outcomes learned from.</param>
/// <param name="RewardSum">Unweighted.</param>
/// <param name="LatencySumMs">Milliseconds.</param>
/// <param name="LatencyMaxMs">Milliseconds.</param>
internal readonly record struct CellEvidence(
    double PriorAlpha,
    double PriorBeta,
    double Successes,
    double Failures,
    long Epoch,
    long Outcomes,
    double RewardSum,
    double LatencySumMs,
    double LatencyMaxMs);

internal sealed partial class PosteriorTable
{
    /// <summary>Reads a cell, all of one moment.</summary>
    public CellEvidence Read(int row, int backend)
    {
        ref RowHeader header = ref _headers.Span[row];
        int cell = row * _backends + backend;
        header.Gate.Enter();
        Evidence evidence = _evidence[cell];
        long epoch = header.Epoch;
        header.Gate.Exit();
        return new CellEvidence(
            _priorAlpha[cell],
            _priorBeta[cell],
            evidence.Successes,
            evidence.Failures,
            epoch,
            evidence.Outcomes,
            evidence.RewardSum,
            evidence.LatencySumMs,
            evidence.LatencyMaxMs);
    }

    /// <summary>Takes over what a cell had learned. Its sums may be in units of another epoch; its prior is ignored.</summary>
    public void Restore(int row, int backend, in CellEvidence saved)
    {
        ref RowHeader header = ref _headers.Span[row];
        header.Gate.Enter();
        _evidence[row * _backends + backend] = new Evidence
        {
            Successes = ForwardDecay.Rebase(saved.Successes, saved.Epoch, header.Epoch),
            Failures = ForwardDecay.Rebase(saved.Failures, saved.Epoch, header.Epoch),
            Outcomes = saved.Outcomes,
            RewardSum = saved.RewardSum,
            LatencySumMs = saved.LatencySumMs,
            LatencyMaxMs = saved.LatencyMaxMs,
        };
        PublishRow(row, _decay?.Age ?? 0);
        header.Gate.Exit();
    }

    /// <summary>The parameters of a cell's posterior at this moment.</summary>
    public (double Alpha, double Beta) Posterior(int row, int backend)
    {
        ref RowHeader header = ref _headers.Span[row];
        double age = _decay?.Age ?? 0;
        header.Gate.Enter();
        (double alpha, double beta) = Parameters(row * _backends + backend, header.Epoch, age);
        header.Gate.Exit();
        return (alpha, beta);
    }
}
