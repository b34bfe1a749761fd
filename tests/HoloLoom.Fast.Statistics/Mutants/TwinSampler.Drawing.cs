using HoloLoom.Fast.Sampling;

namespace HoloLoom.Fast.Statistics.Mutants;

internal sealed partial class TwinSampler
{
    // One proposal for each lane's two gammas, then repairs, alphas before betas.
    private void DrawBlock(ReadOnlySpan<Constants> alphas, ReadOnlySpan<Constants> betas, Streams streams, Span<double> x, Span<double> y)
    {
        Span<bool> acceptedX = stackalloc bool[Lanes];
        Span<bool> acceptedY = stackalloc bool[Lanes];
        bool slow;
        do
        {
            slow = false;
            for (int lane = 0; lane < Lanes; lane++)
            {
                ref Xoshiro256 stream = ref streams.Lanes[lane];
                (double normalX, double normalY) = NormalPair(ref stream);
                acceptedX[lane] = Propose(normalX, alphas[lane], ref stream, out x[lane], ref slow);
                acceptedY[lane] = Propose(normalY, betas[lane], ref stream, out y[lane], ref slow);
            }
        }
        while (fault == Fault.SlowRowsDiscarded && slow);
        Repair(alphas, acceptedX, streams, x);
        Repair(betas, acceptedY, streams, y);
    }

    private void Repair(ReadOnlySpan<Constants> of, Span<bool> accepted, Streams streams, Span<double> values)
    {
        bool slow = false;
        while (accepted.Contains(false))
        {
            for (int lane = 0; lane < Lanes; lane++)
            {
                if (!accepted[lane])
                {
                    accepted[lane] = Propose(NormalPair(ref streams.Repair).X, of[lane], ref streams.Repair, out values[lane], ref slow);
                }
                else if (fault == Fault.AcceptedOverwritten)
                {
                    Propose(NormalPair(ref streams.Repair).X, of[lane], ref streams.Repair, out values[lane], ref slow);
                }
            }
        }
    }

    // The logarithm of a gamma proposal, and whether it is accepted.
    private bool Propose(double x, in Constants of, ref Xoshiro256 stream, out double log, ref bool slow)
    {
        double u = UniformOf(stream.Next());
        double t = 1 + of.C * x;
        if (t <= 0)
        {
            log = double.NaN;

            // Without rejection, something has to be returned.
            if (fault is Fault.NoRejection or Fault.AcceptedOverwritten)
            {
                log = Math.Log(of.D) - 100;
            }

            return fault == Fault.NoRejection;
        }

        double v = t * t * t;
        log = Boost(Math.Log(of.D * v), of, u, ref stream);
        double x2 = x * x;
        double squeeze = fault switch
        {
            Fault.SqueezeAlone => 1 - 0.0331 * x2 * x2,
            Fault.SqueezeOfSquare => 1 - of.Squeeze * x2 / Math.Min(t, 1),
            _ => 1 - of.Squeeze * x2 * x2 / Math.Min(t, 1),
        };
        if (u < squeeze || fault == Fault.NoRejection)
        {
            return true;
        }

        slow = true;
        return fault != Fault.SqueezeAlone && Math.Log(u) < 0.5 * x2 + of.D * (1 - v + Math.Log(v));
    }

    private double Boost(double log, in Constants of, double u, ref Xoshiro256 stream)
    {
        if (of.Shape >= 1 || fault == Fault.NoBoost)
        {
            return log;
        }

        double other = fault == Fault.BoostSharesUniform ? u : UniformOf(stream.Next());
        return fault switch
        {
            Fault.BoostInverted => log + Math.Log(other) * of.Shape,
            Fault.BoostUnderflows or Fault.NaNWins => Math.Log(Math.Exp(log) * Math.Pow(other, 1 / of.Shape)),
            _ => log + Math.Log(other) / of.Shape,
        };
    }

    // Box and Muller (Ann. Math. Stat. 29(2), 1958, doi:10.1214/aoms/1177706645).
    private (double X, double Y) NormalPair(ref Xoshiro256 stream)
    {
        double radius = Math.Sqrt(-2 * Math.Log(UniformOf(stream.Next())));
        (double sine, double cosine) = Math.SinCos(2 * Math.PI * UniformOf(stream.Next()));
        (double x, double y) = (radius * cosine, radius * sine);
        return fault switch
        {
            Fault.NormalClipped => (Math.Clamp(x, -4, 4), Math.Clamp(y, -4, 4)),
            Fault.SignsShared => (x, Math.CopySign(y, x)),
            Fault.SineIsCosine => (x, x),
            _ => (x, y),
        };
    }
}
