using System.Numerics;
using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Learning;

/// <summary>
/// The probability that each of several independent Beta variables is the largest, p_i = ∫ f_i Π_{j≠i} F_j: how often Thompson sampling
/// chooses each arm.
/// </summary>
/// <remarks>
/// One pass of composite Gauss-Legendre quadrature in the log-odds, from above: the integrals of the densities from each node upwards give
/// the distribution functions at the nodes. Positions count from the peak of the arm whose mass begins highest; nothing below that
/// beginning contributes, so this arm has the finest scale that matters, and shapes up to 1e300 keep full precision.
/// </remarks>
internal static class BestArmProbability
{
    public const int MaxArms = 64;

    private const int Nodes = GaussLegendre.Nodes;

    // A panel is halved until every density on it is resolved; from 1e301 down to 1e-16 takes fewer halvings.
    private const int MaxHalvings = 1100;

    /// <summary>Computes the probabilities; they add up to 1.</summary>
    /// <param name="alpha">Per arm, above 0.</param>
    /// <param name="beta">Per arm, above 0.</param>
    /// <param name="available">The arms that take part, at least one.</param>
    /// <param name="probabilities">As long as <paramref name="alpha"/>; an arm that does not take part gets 0.</param>
    /// <returns>What they added up to before they were divided by it: its distance from 1 shows how exact they are.</returns>
    [SkipLocalsInit]
    public static double Compute(ReadOnlySpan<double> alpha, ReadOnlySpan<double> beta, ulong available, Span<double> probabilities)
    {
        probabilities.Clear();
        Span<LogOddsDensity> arms = stackalloc LogOddsDensity[MaxArms];
        Span<int> index = stackalloc int[MaxArms];
        int count = 0;
        int leader = 0;
        for (ulong rest = available; rest != 0; rest &= rest - 1)
        {
            int arm = BitOperations.TrailingZeroCount(rest);
            arms[count] = new LogOddsDensity(alpha[arm], beta[arm]);
            index[count] = arm;
            leader = arms[count].DistanceFrom(arms[leader]) + arms[count].Low > arms[leader].Low ? count : leader;
            count++;
        }

        count = KeepContenders(arms[..count], index, leader, out double bottom);
        Span<double> share = stackalloc double[MaxArms];
        share = share[..count];
        share.Clear();
        Integrate(arms[..count], bottom, share);
        double total = 0;
        foreach (double one in share)
        {
            total += one;
        }

        for (int i = 0; i < count; i++)
        {
            probabilities[index[i]] = share[i] / total;
        }

        return total;
    }

    // Moves all arms into the leader's frame, drops those that end where it begins, and sorts the others by their upper ends, downwards.
    private static int KeepContenders(Span<LogOddsDensity> arms, Span<int> index, int leader, out double bottom)
    {
        LogOddsDensity origin = arms[leader];
        bottom = origin.Low;

        // Positions count from the leader's peak. An arm that ends so near the leader's beginning may be too narrow for doubles.
        double negligible = bottom * (1 - 1e-6);
        int kept = 0;
        for (int i = 0; i < arms.Length; i++)
        {
            LogOddsDensity arm = arms[i].RelativeTo(origin);
            if (arm.High <= negligible)
            {
                continue;
            }

            int owner = index[i];
            int place = kept++;
            for (; place > 0 && arms[place - 1].High < arm.High; place--)
            {
                arms[place] = arms[place - 1];
                index[place] = index[place - 1];
            }

            arms[place] = arm;
            index[place] = owner;
        }

        return kept;
    }

    [SkipLocalsInit]
    private static void Integrate(ReadOnlySpan<LogOddsDensity> arms, double bottom, Span<double> share)
    {
        Span<double> lowerEnds = stackalloc double[MaxHalvings];
        Span<double> survival = stackalloc double[MaxArms];
        survival.Clear();
        double top = arms[0].High;
        int live = 1;
        while (top > bottom)
        {
            // The next arm joins at its upper end, or before if that saves a short panel: it counts for nothing there.
            while (live < arms.Length && arms[live].High >= top - 0.25 * (arms[live].High - arms[live].Low))
            {
                live++;
            }

            int pending = 0;
            lowerEnds[0] = live < arms.Length ? Math.Max(bottom, arms[live].High) : bottom;
            while (pending >= 0)
            {
                double low = lowerEnds[pending];
                double middle = 0.5 * (low + top);
                if (pending + 1 < MaxHalvings && middle > low && middle < top && !AreResolved(arms[..live], low, top))
                {
                    lowerEnds[++pending] = middle;
                    continue;
                }

                AddPanel(arms[..live], middle, 0.5 * (top - low), survival, share);
                top = low;
                pending--;
            }
        }
    }

    private static bool AreResolved(ReadOnlySpan<LogOddsDensity> arms, double low, double top)
    {
        foreach (ref readonly LogOddsDensity arm in arms)
        {
            if (!arm.IsResolved(low, Math.Min(top, arm.High)))
            {
                return false;
            }
        }

        return true;
    }

    // Survival holds each arm's mass above the panel, and afterwards above the panel's lower end.
    [SkipLocalsInit]
    private static void AddPanel(ReadOnlySpan<LogOddsDensity> arms, double middle, double half, Span<double> survival, Span<double> share)
    {
        Span<double> density = stackalloc double[MaxArms * Nodes];
        Span<double> below = stackalloc double[MaxArms * Nodes];
        Span<double> product = stackalloc double[(MaxArms + 1) * Nodes];
        product.Slice(arms.Length * Nodes, Nodes).Fill(1);
        for (int arm = arms.Length - 1; arm >= 0; arm--)
        {
            Span<double> values = density.Slice(arm * Nodes, Nodes);
            Span<double> distribution = below.Slice(arm * Nodes, Nodes);
            arms[arm].Evaluate(middle, half, values);
            GaussLegendre.UpperIntegrals(values, distribution);
            var above = new Vector<double>(survival[arm]);
            for (int k = 0; k < Nodes; k += Vector<double>.Count)
            {
                Vector<double> f = Vector.Max(Vector<double>.Zero, Vector<double>.One - above - new Vector<double>(distribution[k..]));
                f.CopyTo(distribution[k..]);
                (f * new Vector<double>(product[((arm + 1) * Nodes + k)..])).CopyTo(product[(arm * Nodes + k)..]);
            }

            survival[arm] += GaussLegendre.Integral(values);
        }

        // The product over all other arms, from the products of those before and those after: dividing by an arm's own could divide by 0.
        Span<double> before = stackalloc double[Nodes];
        GaussLegendre.Weights.CopyTo(before);
        for (int arm = 0; arm < arms.Length; arm++)
        {
            Vector<double> sum = Vector<double>.Zero;
            for (int k = 0; k < Nodes; k += Vector<double>.Count)
            {
                var prefix = new Vector<double>(before[k..]);
                sum += prefix * new Vector<double>(density[(arm * Nodes + k)..]) * new Vector<double>(product[((arm + 1) * Nodes + k)..]);
                (prefix * new Vector<double>(below[(arm * Nodes + k)..])).CopyTo(before[k..]);
            }

            share[arm] += Vector.Sum(sum);
        }
    }
}
