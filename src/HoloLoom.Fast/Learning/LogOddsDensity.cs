using System.Numerics;

namespace HoloLoom.Fast.Learning;

/// <summary>
/// The density of y = ln(θ / (1 − θ)) for θ ~ Beta(α, β), f(y) = θ^α (1 − θ)^β / B(α, β): smooth and log-concave for all α, β above 0,
/// unlike the density of θ, which has poles at 0 and 1 for shapes below 1. Evaluated relative to its peak at ln(α / β), where nothing
/// cancels.
/// </summary>
/// <remarks>
/// With a = min(α, β), b = max(α, β), n = a + b, m = a / n, and δ the distance from the peak, counted upwards if α ≤ β and else downwards:
/// ln f = ln f* + a δ − n ln(1 + m (e^δ − 1)). The peak is ½ ln(ab / 2πn) + μ(n) − μ(a) − μ(b), μ being Binet's function, so that no large
/// logarithms of gamma functions are subtracted.
/// </remarks>
internal readonly struct LogOddsDensity
{
    /// <summary>
    /// Outside [<see cref="Low"/>, <see cref="High"/>] the density is below e^−34 of its peak, and so is the mass there of the whole.
    /// </summary>
    private const double Drop = 34;

    // From here on the range is so short that ln f is its Taylor polynomial, and the closed form would cancel.
    private const double LargeShape = 1e3;

    private const double Smallest = 1e-300;
    private const double Largest = 1e300;

    private readonly double _alpha;
    private readonly double _beta;
    private readonly double _a;
    private readonly double _b;
    private readonly double _n;
    private readonly double _m;
    private readonly double _q;
    private readonly double _sign;
    private readonly double _split;
    private readonly double _centre;
    private readonly double _logPeak;

    /// <param name="alpha">Above 0. Beyond 1e-300 … 1e300 it counts as the nearer of the two.</param>
    /// <param name="beta">Likewise.</param>
    public LogOddsDensity(double alpha, double beta)
    {
        _alpha = Math.Clamp(alpha, Smallest, Largest);
        _beta = Math.Clamp(beta, Smallest, Largest);
        _sign = _alpha <= _beta ? 1 : -1;
        (_a, _b) = _sign > 0 ? (_alpha, _beta) : (_beta, _alpha);
        _n = _a + _b;
        _m = _a / _n;
        _q = _b / _n;
        _split = Math.Log(_n) - Math.Log(_a);
        _logPeak = 0.5 * (Math.Log(_a) + Math.Log(_q) - Math.Log(2 * Math.PI))
            + BetaDistribution.Binet(_n) - BetaDistribution.Binet(_a) - BetaDistribution.Binet(_b);
        double left, right;
        if (_a >= LargeShape)
        {
            left = right = 1.1 * Math.Sqrt(2 * Drop / Spread);
        }
        else
        {
            // Both bounds lie outside, from where Newton's method on a concave function never passes the root. Where e^δ would overflow
            // before the split, a e^δ is far beyond the drop even for the smallest a.
            const double LargestExponent = 709;
            left = Descend(-Drop / _a - 1.4);
            right = Descend(_split > LargestExponent ? LargestExponent : Drop / _b + _n / _b * _split);
        }

        (Low, High) = _sign > 0 ? (-Math.Abs(left), right) : (-right, Math.Abs(left));
    }

    private LogOddsDensity(in LogOddsDensity density, double centre)
    {
        this = density;
        _centre = centre;
        Low += centre;
        High += centre;
    }

    /// <summary>Where the density begins to count, from the origin: its own peak, or that of <see cref="RelativeTo"/>.</summary>
    public double Low { get; }

    /// <summary>Where the density ceases to count, from the same origin.</summary>
    public double High { get; }

    // The curvature of −ln f at the peak: ab / n.
    private double Spread => _a * _q;

    /// <summary>
    /// This density, with positions counted from the peak of another: exact also where the two peaks differ in the last bit only.
    /// </summary>
    public LogOddsDensity RelativeTo(in LogOddsDensity origin) => new(this, DistanceFrom(origin));

    /// <summary>How far this peak lies above another.</summary>
    public double DistanceFrom(in LogOddsDensity other)
    {
        // ln of (α β') / (β α'); the products of the significands are kept to twice the precision of a double.
        (double a, int ea) = Split(_alpha);
        (double b, int eb) = Split(_beta);
        (double c, int ec) = Split(other._alpha);
        (double d, int ed) = Split(other._beta);
        int exponent = ea - eb - ec + ed;
        if (Math.Abs(exponent) > 1)
        {
            return exponent * Math.Log(2) + Math.Log(a * d / (b * c));
        }

        a = Math.ScaleB(a, exponent);
        double upper = a * d;
        double lower = b * c;
        double difference = upper - lower + (Math.FusedMultiplyAdd(a, d, -upper) - Math.FusedMultiplyAdd(b, c, -lower));
        return BetaDistribution.Log1p(difference / lower);
    }

    /// <summary>The density at a panel's nodes, times half the panel's width.</summary>
    /// <param name="middle">The panel's middle, from the origin.</param>
    /// <param name="half">Half its width.</param>
    /// <param name="values">Receives <see cref="GaussLegendre.Nodes"/> values.</param>
    public void Evaluate(double middle, double half, Span<double> values)
    {
        double from = _sign * (middle - _centre);
        double step = _sign * half;
        double scale = _logPeak + Math.Log(half);
        bool isLarge = _a >= LargeShape;
        bool reachesSplit = !isLarge && from + half > _split;
        ReadOnlySpan<double> nodes = GaussLegendre.Positions;
        for (int k = 0; k < GaussLegendre.Nodes; k += Vector<double>.Count)
        {
            Vector<double> delta = new Vector<double>(from) + step * new Vector<double>(nodes[k..]);
            Vector<double> log = isLarge ? Taylor(delta) : reachesSplit ? OneByOne(delta) : Closed(delta);
            Vector.Exp(new Vector<double>(scale) + log).CopyTo(values[k..]);
        }
    }

    /// <summary>Whether 16 nodes resolve this density on a panel.</summary>
    /// <param name="from">The panel's lower end, from the origin.</param>
    /// <param name="to">Its upper end.</param>
    public bool IsResolved(double from, double to)
    {
        const double LargestStep = 10;
        const double LargestBend = 5 * 5;
        const double WidestNearSingularity = 5;

        // On a panel so short, there is no mass to speak of.
        double width = to - from;
        if (width < (High - Low) * 1e-17)
        {
            return true;
        }

        (double left, double right) = _sign > 0 ? (from - _centre, to - _centre) : (_centre - to, _centre - from);
        if (_a >= LargeShape)
        {
            return Spread * Math.Max(Math.Abs(left), Math.Abs(right)) * width <= LargestStep && Spread * width * width <= LargestBend;
        }

        (double theta, double complement) = Mean(left - _split);
        double step = Math.Abs(_a - _n * theta);
        double bend = _n * theta * complement;
        (theta, complement) = Mean(right - _split);
        step = Math.Max(step, Math.Abs(_a - _n * theta));
        bend = Math.Max(bend, _n * theta * complement);
        if (step * width > LargestStep)
        {
            return false;
        }

        // The curvature n θ (1 − θ) is largest at y = 0, off which, at ±iπ, lie the singularities that limit a polynomial's reach.
        double turn = _split + Math.Log(_q);
        if (width > WidestNearSingularity)
        {
            double margin = 0.5 * width;
            if (left - margin < turn && turn < right + margin)
            {
                return false;
            }

            bend = Math.Max(Bend(left - margin), Bend(right + margin));
        }
        else if (left < turn && turn < right)
        {
            bend = 0.25 * _n;
        }

        return bend * width * width <= LargestBend;
    }

    private static (double Significand, int Exponent) Split(double value)
    {
        int exponent = Math.ILogB(value);
        return (Math.ScaleB(value, -exponent), exponent);
    }

    // ln f − ln f* at a distance from the peak, for shapes that are not large.
    private double Relative(double delta)
    {
        double beyond = delta - _split;
        if (beyond > 0)
        {
            return _a * delta - _n * (beyond + BetaDistribution.Log1p(_q * Math.Exp(-beyond)));
        }

        return Closed(new Vector<double>(delta))[0];
    }

    private Vector<double> OneByOne(Vector<double> delta)
    {
        Span<double> values = stackalloc double[Vector<double>.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Relative(delta[i]);
        }

        return new Vector<double>(values);
    }

    // n ln(1 + m E) as a E · ln(1 + mE) / mE, because m may underflow, and the exponential overflow where the density is 0. The quotient
    // is that of the rounded 1 + mE, which is as good (Higham, Accuracy and Stability, 2nd ed., problem 1.5).
    private Vector<double> Closed(Vector<double> delta)
    {
        Vector<double> e = Vector.Min(Vector.Exp(delta) - Vector<double>.One, new Vector<double>(double.MaxValue));
        Vector<double> sum = Vector<double>.One + _m * e;
        Vector<double> ratio = Vector.ConditionalSelect(
            Vector.Equals(sum, Vector<double>.One), Vector<double>.One, Vector.Log(sum) / (sum - Vector<double>.One));
        return _a * (delta - e * ratio);
    }

    // The cumulants of a Bernoulli variable of mean m, up to the tenth.
    private Vector<double> Taylor(Vector<double> delta)
    {
        double v = _m * _q;
        double skew = _q - _m;
        ReadOnlySpan<double> coefficients =
        [
            (1 + v * (-510 + v * (17640 + v * (-151200 + v * 362880)))) / 3628800,
            skew * (1 + v * (-252 + v * (5040 - v * 20160))) / 362880,
            (1 + v * (-126 + v * (1680 - v * 5040))) / 40320,
            skew * (1 + v * (-60 + v * 360)) / 5040,
            (1 + v * (-30 + v * 120)) / 720,
            skew * (1 - 12 * v) / 120,
            (1 - 6 * v) / 24,
            skew / 6,
            1.0 / 2,
        ];
        Vector<double> sum = Vector<double>.Zero;
        foreach (double coefficient in coefficients)
        {
            sum = sum * delta + new Vector<double>(coefficient);
        }

        return -Spread * delta * delta * sum;
    }

    private double Slope(double delta)
    {
        if (delta > 1)
        {
            return _a - _n * Mean(delta - _split).Theta;
        }

        double e = Math.Exp(delta) - 1;
        return -Spread * e / (1 + _m * e);
    }

    private double Bend(double delta)
    {
        (double theta, double complement) = Mean(delta - _split);
        return _n * theta * complement;
    }

    // θ and 1 − θ where m e^δ = e^beyond.
    private (double Theta, double Complement) Mean(double beyond)
    {
        if (beyond < 0)
        {
            double e = Math.Exp(beyond);
            return (e / (e + _q), _q / (e + _q));
        }

        double inverse = _q * Math.Exp(-beyond);
        return (1 / (1 + inverse), inverse / (1 + inverse));
    }

    // Newton's method for where ln f has fallen by the drop, from outside; stops when it is near enough.
    private double Descend(double delta)
    {
        const double Slack = 2;
        for (int i = 0; i < 3000; i++)
        {
            double excess = Relative(delta) + Drop;
            if (excess > -Slack)
            {
                break;
            }

            double next = delta - excess / Slope(delta);
            if (!(Math.Abs(next) < Math.Abs(delta)))
            {
                break;
            }

            delta = next;
        }

        return delta;
    }
}
