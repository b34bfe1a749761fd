using HoloLoom.Fast.Sampling;

namespace HoloLoom.Fast.Statistics.Mutants;

/// <summary>
/// A vector sampler written plainly: blocks of eight lanes, each with its own stream; rejected lanes are drawn again from a stream of their
/// own; everything in logarithms. Slow, and right unless built with a <see cref="Fault"/>.
/// </summary>
internal sealed partial class TwinSampler(Fault fault = Fault.None) : Sampler
{
    private const int Lanes = 8;

    private Constants? _first;

    public override double UniformOf(ulong bits) => fault switch
    {
        Fault.UniformIncludesZero => (bits >> 11) * Math.ScaleB(1, -53),
        Fault.UniformIsFloat => ((bits >> 40) + 0.5) * Math.ScaleB(1, -24),
        _ => ((bits >> 12) + 0.5) * Math.ScaleB(1, -52),
    };

    public override (double D, double C, double Squeeze) ConstantsOf(double shape)
    {
        Constants of = Derive(shape);
        return (of.D, of.C, of.Squeeze);
    }

    public override void Uniform(ulong seed, int stream, Span<double> draws)
    {
        Streams streams = Start(seed, stream);
        for (int i = 0; i < draws.Length; i++)
        {
            draws[i] = UniformOf(streams.Lanes[i % Lanes].Next());
        }
    }

    public override void Normal(ulong seed, int stream, Span<double> draws)
    {
        Streams streams = Start(seed, stream);
        for (int i = 0; i < draws.Length; i++)
        {
            // A block of cosines, then a block of sines.
            int block = i % (2 * Lanes);
            if (block < Lanes)
            {
                (double x, double y) = NormalPair(ref streams.Lanes[block]);
                draws[i] = x;
                if (i + Lanes < draws.Length)
                {
                    draws[i + Lanes] = y;
                }
            }
        }
    }

    public override void LogGamma(double shape, ulong seed, Span<double> logs)
    {
        Streams streams = Start(seed, 0);
        Span<double> alpha = stackalloc double[Lanes];
        Span<double> beta = stackalloc double[Lanes];
        Constants[] block = [.. Enumerable.Repeat(ConstantsFor(shape), Lanes)];
        for (int i = 0; i < logs.Length; i += 2 * Lanes)
        {
            DrawBlock(block, block, streams, alpha, beta);
            alpha[..Math.Min(Lanes, logs.Length - i)].CopyTo(logs[i..]);
            if (i + Lanes < logs.Length)
            {
                beta[..Math.Min(Lanes, logs.Length - i - Lanes)].CopyTo(logs[(i + Lanes)..]);
            }
        }
    }

    public override void Beta(double alpha, double beta, ulong seed, Span<double> draws, Span<double> logOdds)
    {
        Streams streams = Start(seed, 0);
        Span<double> x = stackalloc double[Lanes];
        Span<double> y = stackalloc double[Lanes];
        (Constants a, Constants b) = Pair(alpha, beta);
        Constants[] alphas = [.. Enumerable.Repeat(a, Lanes)];
        Constants[] betas = [.. Enumerable.Repeat(b, Lanes)];
        for (int i = 0; i < draws.Length; i++)
        {
            if (i % Lanes == 0)
            {
                DrawBlock(alphas, betas, streams, x, y);
            }

            logOdds[i] = x[i % Lanes] - y[i % Lanes];
            draws[i] = 1 / (1 + Math.Exp(-logOdds[i]));
        }
    }

    public override void Select(
        ReadOnlySpan<double> alpha, ReadOnlySpan<double> beta, ulong available, ulong seed, Span<int> chosen, Span<double> draws)
    {
        int arms = alpha.Length;
        int blocks = (arms + Lanes - 1) / Lanes;
        var alphas = new Constants[blocks * Lanes];
        var betas = new Constants[blocks * Lanes];
        for (int i = 0; i < alphas.Length; i++)
        {
            // Padding is drawn like everything else, as Beta(1, 1), and must not win.
            (alphas[i], betas[i]) = i < arms ? Pair(alpha[i], beta[i]) : Pair(1, 1);
        }

        Streams streams = Start(seed, 0);
        Span<double> x = stackalloc double[Lanes];
        Span<double> y = stackalloc double[Lanes];
        for (int round = 0; round < chosen.Length; round++)
        {
            int best = -1;
            double largest = double.NegativeInfinity;
            for (int block = 0; block < blocks; block++)
            {
                Span<Constants> a = alphas.AsSpan(block * Lanes, Lanes);
                Span<Constants> b = betas.AsSpan(block * Lanes, Lanes);
                bool hasSmall = fault == Fault.OddsAgainstLogOdds && (HasSmall(a) || HasSmall(b));
                DrawBlock(a, b, streams, x, y);
                for (int lane = 0; lane < Lanes; lane++)
                {
                    int arm = block * Lanes + lane;
                    if (!Competes(arm, arms, available))
                    {
                        continue;
                    }

                    double value = x[lane] - y[lane];
                    if (!draws.IsEmpty)
                    {
                        draws[round * arms + arm] = 1 / (1 + Math.Exp(-value));
                    }

                    value = fault switch
                    {
                        Fault.ThetaCompared => 1 / (1 + Math.Exp(-value)),
                        Fault.OddsAgainstLogOdds when !hasSmall => Math.Exp(value),
                        _ => value,
                    };
                    if (best < 0 || (fault == Fault.NaNWins ? !(value <= largest) : value > largest))
                    {
                        (best, largest) = (arm, value);
                    }
                }
            }

            chosen[round] = best;
        }
    }

    private static bool HasSmall(Span<Constants> block)
    {
        foreach (ref Constants of in block)
        {
            if (of.Shape < 1)
            {
                return true;
            }
        }

        return false;
    }

    private bool Competes(int arm, int arms, ulong available) => fault switch
    {
        Fault.PaddingCompetes => arm >= arms || (available >> arm & 1) != 0,
        Fault.MaskIgnored => arm < arms,
        Fault.LastArmForgotten => arm < arms && (available >> arm & 1) != 0 && (arm < arms - 1 || (available & (available - 1)) == 0),
        _ => arm < arms && (available >> arm & 1) != 0,
    };

    private (Constants Alpha, Constants Beta) Pair(double alpha, double beta)
    {
        Constants a = ConstantsFor(alpha);
        Constants b = ConstantsFor(beta);
        return fault == Fault.AlphaBetaSwapped ? (b, a) : (a, b);
    }

    private Constants ConstantsFor(double shape)
    {
        Constants of = Derive(shape);
        _first ??= of;
        return fault switch
        {
            Fault.ConstantsOfFirstObject => _first.Value,
            Fault.StaleSqueeze => of with { Squeeze = _first.Value.Squeeze },
            _ => of,
        };
    }

    private Constants Derive(double shape)
    {
        double raised = shape < 1 ? shape + 1 : shape;
        double d = fault switch
        {
            Fault.RoundedShift => raised - 0.3,
            Fault.NoShift => raised,
            _ => raised - 1.0 / 3,
        };
        double squeeze = fault switch
        {
            Fault.UnscaledSqueeze => 0.005,
            Fault.LooseSqueeze => 0.0046 / d,
            _ => 1 / (108 * d),
        };
        return new Constants(shape, d, 1 / Math.Sqrt(9 * d), squeeze);
    }

    private Streams Start(ulong seed, int stream)
    {
        Xoshiro256 next = Xoshiro256.FromSeed(seed);
        for (int i = 0; i < stream && fault != Fault.ThreadsShareStream; i++)
        {
            next.LongJump();
        }

        var lanes = new Xoshiro256[Lanes];
        foreach (ref Xoshiro256 lane in lanes.AsSpan())
        {
            lane = next;
            if (fault == Fault.LanesOneStepApart)
            {
                next.Next();
            }
            else if (fault != Fault.LanesShareSeed)
            {
                next.Jump();
            }
        }

        if (fault == Fault.LaneRepeatsAnother)
        {
            lanes[5] = lanes[2];
        }

        return new Streams(lanes, next);
    }

    private readonly record struct Constants(double Shape, double D, double C, double Squeeze);

    private sealed class Streams(Xoshiro256[] lanes, Xoshiro256 repair)
    {
        public Xoshiro256 Repair = repair;

        public Xoshiro256[] Lanes { get; } = lanes;
    }
}
