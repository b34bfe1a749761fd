namespace HoloLoom.Fast.Learning;

internal sealed partial class PosteriorTable
{
    /// <summary>Replaces the reward of an outcome that was learned before, at the weight that it has: the count of outcomes stays.</summary>
    /// <param name="row">The query type.</param>
    /// <param name="backend">The backend.</param>
    /// <param name="difference">The new reward minus the one that was learned, −1..1.</param>
    /// <param name="halfLives">How many half-lives ago it was learned; ignored without forgetting.</param>
    public void Amend(int row, int backend, double difference, double halfLives)
    {
        ref RowHeader header = ref _headers.Span[row];
        ref Evidence cell = ref _evidence[row * _backends + backend];
        double age = _decay?.Age ?? 0;
        header.Gate.Enter();
        double weight = 1;
        if (_decay is not null)
        {
            Advance(row, ref header, age);
            weight = double.Exp2(age - halfLives - header.Epoch);
        }

        // Nothing but rounding, or a caller who misremembers what was recorded, could make a sum negative.
        cell.Successes = Math.Max(0, cell.Successes + weight * difference);
        cell.Failures = Math.Max(0, cell.Failures - weight * difference);
        cell.RewardSum = Math.Clamp(cell.RewardSum + difference, 0, cell.Outcomes);
        BeginWrite(ref header);
        Publish(row, backend, header.Epoch, age);
        EndWrite(ref header);
        header.Gate.Exit();
    }
}
