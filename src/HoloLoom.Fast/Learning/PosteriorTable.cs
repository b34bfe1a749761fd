using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using HoloLoom.Fast.Internals;
using HoloLoom.Fast.Sampling;

namespace HoloLoom.Fast.Learning;

/// <summary>
/// Beta posteriors of every (query type, backend) cell. A row holds one query type: the sampler's constants as structure of arrays, then
/// the means; they are derived when a cell changes, not when it is drawn from.
/// </summary>
/// <remarks>
/// Writers lock a row; readers take no lock. A row has a version that is odd while it is written (a sequence lock): a reader copies the row
/// and copies again if the version moved, so that no draw mixes two updates. The copy, not the draw, is repeated: repeating the draw would
/// favour draws that happen to be quick.
/// </remarks>
internal sealed partial class PosteriorTable
{
    // After this fraction of a half-life the constants of a row are derived anew, so that evidence is at most 1.1 % too heavy.
    private const double StaleAfter = 1.0 / 64;

    // Rows begin on lines of their own.
    private const int LineOfDoubles = 8;

    private readonly int _backends;
    private readonly int _stride;
    private readonly int _rowLength;
    private readonly AlignedBuffer<double> _published;
    private readonly AlignedBuffer<RowHeader> _headers;
    private readonly Evidence[] _evidence;
    private readonly double[] _priorAlpha;
    private readonly double[] _priorBeta;
    private readonly ForwardDecay? _decay;

    /// <param name="queryTypes">Number of rows.</param>
    /// <param name="backends">Number of cells in a row, 1..64.</param>
    /// <param name="priorAlpha">Pseudo-successes, row after row; finite, above 0.</param>
    /// <param name="priorBeta">Pseudo-failures, row after row; finite, above 0.</param>
    /// <param name="decay">The clock of forgetting, or null to forget nothing.</param>
    public PosteriorTable(int queryTypes, int backends, double[] priorAlpha, double[] priorBeta, ForwardDecay? decay)
    {
        _backends = backends;
        _stride = ArmParameters.Stride(backends);
        _rowLength = ((ArmParameters.Fields + 1) * _stride + LineOfDoubles - 1) & -LineOfDoubles;
        _published = new AlignedBuffer<double>(queryTypes * _rowLength);
        _headers = new AlignedBuffer<RowHeader>(queryTypes);
        _evidence = new Evidence[queryTypes * backends];
        _priorAlpha = priorAlpha;
        _priorBeta = priorBeta;
        _decay = decay;
        long epoch = decay is null ? 0 : (long)Math.Floor(decay.Age);
        for (int row = 0; row < queryTypes; row++)
        {
            _headers.Span[row].Epoch = epoch;
            PublishRow(row, decay?.Age ?? 0);
        }
    }

    /// <summary>Doubles that a reader needs room for to copy a row's sampler constants.</summary>
    public int ParametersLength => ArmParameters.Fields * _stride;

    public int Stride => _stride;

    public int Backends => _backends;

    /// <summary>Learns from one outcome.</summary>
    /// <param name="row">The query type.</param>
    /// <param name="backend">The backend.</param>
    /// <param name="reward">0..1.</param>
    /// <param name="latencyMs">Finite, 0 or more.</param>
    public void Update(int row, int backend, double reward, double latencyMs)
    {
        ref RowHeader header = ref _headers.Span[row];
        ref Evidence cell = ref _evidence[row * _backends + backend];
        double age = _decay?.Age ?? 0;
        header.Gate.Enter();
        double weight = 1;
        if (_decay is not null)
        {
            Advance(row, ref header, age);
            weight = Math.Max(1, double.Exp2(age - header.Epoch));
        }

        cell.Successes += weight * reward;
        cell.Failures += weight * (1 - reward);
        cell.Outcomes++;
        cell.RewardSum += reward;
        cell.LatencySumMs += latencyMs;
        cell.LatencyMaxMs = latencyMs > cell.LatencyMaxMs ? latencyMs : cell.LatencyMaxMs;
        BeginWrite(ref header);
        Publish(row, backend, header.Epoch, age);
        EndWrite(ref header);
        header.Gate.Exit();
    }

    /// <summary>Copies a row's sampler constants, all of one moment.</summary>
    /// <param name="row">The query type.</param>
    /// <param name="destination">Room for <see cref="ParametersLength"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CopyParameters(int row, Span<double> destination)
    {
        ref RowHeader header = ref _headers.Span[row];
        ReadOnlySpan<double> source = _published.Span.Slice(row * _rowLength, ParametersLength);
        var spin = default(SpinWait);
        while (true)
        {
            int version = Volatile.Read(ref header.Version);
            VectorCopy.Copy(source, destination);
            Volatile.ReadBarrier();
            if ((version & 1) == 0 && version == header.Version)
            {
                return;
            }

            spin.SpinOnce();
        }
    }

    /// <summary>The posterior mean of a cell, 0..1.</summary>
    public double Mean(int row, int backend) =>
        Volatile.Read(ref _published.Span[row * _rowLength + ArmParameters.Fields * _stride + backend]);

    /// <summary>With a half-life: derives a row's constants anew if they have aged. Called before a row is read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void RefreshIfStale(int row)
    {
        if (_decay is not null)
        {
            Refresh(row, _decay.Age);
        }
    }

    /// <summary>Follows a clock that was put on.</summary>
    public void Refresh()
    {
        for (int row = 0; row < _headers.Span.Length; row++)
        {
            RefreshIfStale(row);
        }
    }

    private void Refresh(int row, double age)
    {
        ref RowHeader header = ref _headers.Span[row];
        if (age - Volatile.Read(ref header.PublishedAge) < StaleAfter)
        {
            return;
        }

        header.Gate.Enter();
        if (age - header.PublishedAge >= StaleAfter)
        {
            Advance(row, ref header, age);
        }

        header.Gate.Exit();
    }

    // With the gate held: moves the epoch to the present, and publishes the whole row if it has aged.
    private void Advance(int row, ref RowHeader header, double age)
    {
        if (age - header.Epoch >= 1)
        {
            long epoch = (long)Math.Floor(age);
            foreach (ref Evidence cell in _evidence.AsSpan(row * _backends, _backends))
            {
                cell.Successes = ForwardDecay.Rebase(cell.Successes, header.Epoch, epoch);
                cell.Failures = ForwardDecay.Rebase(cell.Failures, header.Epoch, epoch);
            }

            header.Epoch = epoch;
        }

        if (age - header.PublishedAge >= StaleAfter)
        {
            PublishRow(row, age);
        }
    }

    private void PublishRow(int row, double age)
    {
        ref RowHeader header = ref _headers.Span[row];
        BeginWrite(ref header);
        for (int backend = 0; backend < _backends; backend++)
        {
            Publish(row, backend, header.Epoch, age);
        }

        header.PublishedAge = age;
        EndWrite(ref header);
    }

    private void Publish(int row, int backend, long epoch, double age)
    {
        (double alpha, double beta) = Parameters(row * _backends + backend, epoch, age);
        Span<double> values = _published.Span.Slice(row * _rowLength, _rowLength);
        ArmParameters.Set(values, _stride, backend, GammaShape.Of(alpha), GammaShape.Of(beta));
        values[ArmParameters.Fields * _stride + backend] = MeanOf(alpha, beta);
    }

    private (double Alpha, double Beta) Parameters(int cell, long epoch, double age)
    {
        ref Evidence evidence = ref _evidence[cell];
        double successes = evidence.Successes;
        double failures = evidence.Failures;
        if (_decay is not null)
        {
            successes = ForwardDecay.Effective(successes, epoch, age);
            failures = ForwardDecay.Effective(failures, epoch, age);
        }

        return (_priorAlpha[cell] + successes, _priorBeta[cell] + failures);
    }

    // Divided before it is added: the sum of two huge pseudo-counts may overflow.
    private static double MeanOf(double alpha, double beta) => alpha >= beta ? 1 / (1 + beta / alpha) : alpha / beta / (1 + alpha / beta);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void BeginWrite(ref RowHeader header)
    {
        header.Version++;
        Volatile.WriteBarrier();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EndWrite(ref RowHeader header) => Volatile.Write(ref header.Version, header.Version + 1);

    /// <summary>A line of its own for each row.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct RowHeader
    {
        public SpinGate Gate;
        public int Version;
        public long Epoch;
        public double PublishedAge;
    }

    /// <summary>What a cell has learned, in units of its row's epoch, and counted, undecayed. Written with the row's gate held; a line each.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Evidence
    {
        public double Successes;
        public double Failures;
        public long Outcomes;
        public double RewardSum;
        public double LatencySumMs;
        public double LatencyMaxMs;
    }
}
