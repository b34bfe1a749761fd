using System.Numerics;

namespace HoloLoom.Fast.Learning;

/// <summary>
/// Gauss-Legendre quadrature with 16 nodes on [−1, 1], and with the same 16 values the integral from each node up to 1: both are exact for
/// the polynomial of degree 15 through the values (the weights alone up to degree 31).
/// </summary>
/// <remarks>Nodes by Newton's method on the recurrence of the Legendre polynomials (Abramowitz and Stegun 22.7.10, 25.4.29).</remarks>
internal static class GaussLegendre
{
    public const int Nodes = 16;

    private static readonly double[] s_nodes = new double[Nodes];
    private static readonly double[] s_weights = new double[Nodes];

    // Column l, a node's value, holds its share in the integral from each node up to 1.
    private static readonly double[] s_upper = new double[Nodes * Nodes];

#pragma warning disable CA1810 // Three tables that are made together.
    static GaussLegendre()
#pragma warning restore CA1810
    {
        Span<double> legendre = stackalloc double[Nodes + 2];
        for (int k = 0; k < Nodes; k++)
        {
            // Tricomi's estimate of the root; ascending.
            double x = -Math.Cos(Math.PI * (k + 0.75) / (Nodes + 0.5));
            double derivative = 0;
            for (int i = 0; i < 8; i++)
            {
                Evaluate(x, legendre);
                derivative = Nodes * (x * legendre[Nodes] - legendre[Nodes - 1]) / (x * x - 1);
                x -= legendre[Nodes] / derivative;
            }

            s_nodes[k] = x;
            s_weights[k] = 2 / ((1 - x * x) * derivative * derivative);
        }

        // The cardinal polynomial of node l is Σ (2n + 1)/2 w_l P_n(x_l) P_n(x),
        // and the integral of P_n from x to 1 is (P_{n−1}(x) − P_{n+1}(x)) / (2n + 1).
        Span<double> atOther = stackalloc double[Nodes + 2];
        for (int l = 0; l < Nodes; l++)
        {
            Evaluate(s_nodes[l], atOther);
            for (int k = 0; k < Nodes; k++)
            {
                Evaluate(s_nodes[k], legendre);
                double sum = 1 - s_nodes[k];
                for (int n = 1; n < Nodes; n++)
                {
                    sum += atOther[n] * (legendre[n - 1] - legendre[n + 1]);
                }

                s_upper[l * Nodes + k] = 0.5 * s_weights[l] * sum;
            }
        }
    }

    /// <summary>Where the function is to be evaluated, ascending in (−1, 1).</summary>
    public static ReadOnlySpan<double> Positions => s_nodes;

    public static ReadOnlySpan<double> Weights => s_weights;

    /// <summary>The integral of a function over [−1, 1].</summary>
    public static double Integral(ReadOnlySpan<double> values)
    {
        double sum = 0;
        for (int k = 0; k < Nodes; k++)
        {
            sum += s_weights[k] * values[k];
        }

        return sum;
    }

    /// <summary>The integrals of a function from each node to 1.</summary>
    public static void UpperIntegrals(ReadOnlySpan<double> values, Span<double> integrals)
    {
        for (int k = 0; k < Nodes; k += Vector<double>.Count)
        {
            Vector<double> sum = Vector<double>.Zero;
            for (int l = 0; l < Nodes; l++)
            {
                sum += values[l] * new Vector<double>(s_upper.AsSpan(l * Nodes + k));
            }

            sum.CopyTo(integrals[k..]);
        }
    }

    // P_0 … P_17 at x.
    private static void Evaluate(double x, Span<double> legendre)
    {
        legendre[0] = 1;
        legendre[1] = x;
        for (int n = 1; n <= Nodes; n++)
        {
            legendre[n + 1] = ((2 * n + 1) * x * legendre[n] - n * legendre[n - 1]) / (n + 1);
        }
    }
}
