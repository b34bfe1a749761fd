namespace HoloLoom.Fast.Statistics.Mutants;

/// <summary>
/// Ways to get a sampler wrong, each of which somebody has, or nearly has. <see cref="TwinSampler"/> can be built with any of them.
/// </summary>
internal enum Fault
{
    None,

    // Gamma: acceptance.

    /// <summary>Every proposal is taken: Wilson and Hilferty's approximation instead of Marsaglia and Tsang's method.</summary>
    NoRejection,

    /// <summary>The squeeze 1 − 0.0331 x⁴ decides alone; what it does not accept is rejected without the exact test.</summary>
    SqueezeAlone,

    /// <summary>The squeeze's factor is 0.005, whatever the shape.</summary>
    UnscaledSqueeze,

    /// <summary>The squeeze's factor is 0.0046 / d where 1 / (108 d) is needed, twice as much.</summary>
    LooseSqueeze,

    /// <summary>The squeeze has x² for x⁴.</summary>
    SqueezeOfSquare,

    // Gamma: constants.

    /// <summary>d = shape − 0.3.</summary>
    RoundedShift,

    /// <summary>d = shape.</summary>
    NoShift,

    /// <summary>The squeeze's factor is derived once and not when the shape changes.</summary>
    StaleSqueeze,

    /// <summary>All constants are derived once: every later object draws from the first one's law.</summary>
    ConstantsOfFirstObject,

    // Gamma: shapes below 1.

    /// <summary>Shapes below 1 are drawn as shape + 1 and left there.</summary>
    NoBoost,

    /// <summary>U^shape instead of U^(1 / shape).</summary>
    BoostInverted,

    /// <summary>The power is taken in linear space, where it underflows.</summary>
    BoostUnderflows,

    /// <summary>The power takes the uniform that has already decided about acceptance.</summary>
    BoostSharesUniform,

    // Beta and selection.

    /// <summary>Alpha and beta change places.</summary>
    AlphaBetaSwapped,

    /// <summary>θ is compared, which rounds to 1, and the first arm wins ties.</summary>
    ThetaCompared,

    /// <summary>The comparison is written so that NaN wins; with an underflow that makes some.</summary>
    NaNWins,

    /// <summary>Blocks with a small shape compare log-odds, the others odds, and the two with each other.</summary>
    OddsAgainstLogOdds,

    /// <summary>What pads the last block takes part.</summary>
    PaddingCompetes,

    /// <summary>The mask is not looked at.</summary>
    MaskIgnored,

    /// <summary>The last arm is left out.</summary>
    LastArmForgotten,

    // Normals and uniforms.

    /// <summary>Normals end at 4 standard deviations.</summary>
    NormalClipped,

    /// <summary>Sine and cosine share their sign: two of four quadrants.</summary>
    SignsShared,

    /// <summary>Of the two normals of a pair, the first is used twice.</summary>
    SineIsCosine,

    /// <summary>Uniforms may be 0, so their logarithm −∞.</summary>
    UniformIncludesZero,

    /// <summary>Uniforms have the 24 bits of a float.</summary>
    UniformIsFloat,

    // Lanes.

    /// <summary>All lanes start from the same state.</summary>
    LanesShareSeed,

    /// <summary>One lane repeats another.</summary>
    LaneRepeatsAnother,

    /// <summary>All threads draw from one stream.</summary>
    ThreadsShareStream,

    /// <summary>Where one lane is drawn again, the new proposals of all lanes are stored.</summary>
    AcceptedOverwritten,

    /// <summary>A row is drawn again if one of its draws was slow, that is, needed the exact test.</summary>
    SlowRowsDiscarded,

    /// <summary>Each lane starts one step after the one before, instead of 2^128.</summary>
    LanesOneStepApart,
}
