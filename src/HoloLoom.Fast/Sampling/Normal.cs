using System.Runtime.CompilerServices;

namespace HoloLoom.Fast.Sampling;

/// <summary>
/// Standard normal draws by the ziggurat with 256 layers (Marsaglia and Tsang, J. Stat. Softw. 5(8), 2000), with the layer and the
/// position taken from separate bits (Doornik, 2005).
/// </summary>
internal static class Normal
{
    private const int Layers = 256;

    // Where the base layer's tail begins, and the common area of the layers.
    private const double TailStart = 3.6541528853610087963519472518;
    private const double LayerArea = 0.00492867323397465524494;

    private static readonly double[] s_edge = Edges();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Next(ref Xoshiro256 generator)
    {
        ulong bits = generator.Next();
        int layer = (int)(bits & (Layers - 1));
        double x = SignedUnit(bits) * s_edge[layer];
        return Math.Abs(x) < s_edge[layer + 1] ? x : Edge(ref generator, layer, x);
    }

    // The 52 high bits as an odd multiple of 2^−52 in (−1, 1): never 0, symmetric.
    private static double SignedUnit(ulong bits) =>
        BitConverter.UInt64BitsToDouble((bits >> 12) | 0x4000_0000_0000_0000) - (3 - 2.220446049250313e-16);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double Edge(ref Xoshiro256 generator, int layer, double x)
    {
        while (true)
        {
            if (layer == 0)
            {
                return Tail(ref generator, x < 0);
            }

            double inner = Density(s_edge[layer + 1]);
            double outer = Density(s_edge[layer]);
            if (outer + generator.NextOpenDouble() * (inner - outer) < Density(x))
            {
                return x;
            }

            ulong bits = generator.Next();
            layer = (int)(bits & (Layers - 1));
            x = SignedUnit(bits) * s_edge[layer];
            if (Math.Abs(x) < s_edge[layer + 1])
            {
                return x;
            }
        }
    }

    // Marsaglia's tail method (Technometrics 6, 1964).
    private static double Tail(ref Xoshiro256 generator, bool negative)
    {
        double x, y;
        do
        {
            x = -Math.Log(generator.NextOpenDouble()) / TailStart;
            y = -Math.Log(generator.NextOpenDouble());
        }
        while (2 * y < x * x);

        return negative ? -(TailStart + x) : TailStart + x;
    }

    private static double Density(double x) => Math.Exp(-0.5 * x * x);

    // Right edges of the layers, from the base (which is wider than its rectangle, to hold the tail) up to the peak.
    private static double[] Edges()
    {
        var edge = new double[Layers + 1];
        edge[0] = LayerArea / Density(TailStart);
        edge[1] = TailStart;
        for (int i = 2; i < Layers; i++)
        {
            edge[i] = Math.Sqrt(-2 * Math.Log(LayerArea / edge[i - 1] + Density(edge[i - 1])));
        }

        edge[Layers] = 0;
        return edge;
    }
}
