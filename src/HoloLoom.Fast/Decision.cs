using System.Runtime.InteropServices;

namespace HoloLoom.Fast;

/// <summary>What the router decided for one query: 32 bytes, blittable, the layout of <c>hlf_decision</c> in the C ABI.</summary>
/// <remarks>Backend and query type are indices; <see cref="Router.Backends"/> and <see cref="Router.QueryTypes"/> hold their names.</remarks>
[StructLayout(LayoutKind.Sequential, Size = 32)]
public readonly record struct Decision
{
    private readonly DecisionId _id;
    private readonly float _confidence;
    private readonly ushort _backend;
    private readonly ushort _queryType;
    private readonly ushort _variant;
    private readonly DecisionFlags _flags;

    internal Decision(DecisionId id, int backend, int queryType, int variant, float confidence, DecisionFlags flags)
    {
        _id = id;
        _confidence = confidence;
        _backend = (ushort)backend;
        _queryType = (ushort)queryType;
        _variant = (ushort)variant;
        _flags = flags;
    }

    /// <summary>Another decision with an id of its own.</summary>
    internal Decision(DecisionId id, in Decision other)
    {
        this = other;
        _id = id;
    }

    /// <summary>The token to report the outcome with.</summary>
    public DecisionId Id => _id;

    /// <summary>Index of the chosen backend, 0..63.</summary>
    public int Backend => _backend;

    /// <summary>Index of the query type, 0..63.</summary>
    public int QueryType => _queryType;

    /// <summary>Index of the experiment's variant, the last one for the holdout; 0 without an experiment.</summary>
    public int Variant => _variant;

    /// <summary>
    /// 0..1. A learned choice: the posterior mean reward of the chosen backend. A choice by rule or at random: the classifier's
    /// confidence (0.8 with a match, 0.5 without, for the built-in one).
    /// </summary>
    public float Confidence => _confidence;

    /// <summary>How the decision came about.</summary>
    public DecisionFlags Flags => _flags;
}

/// <summary>How a decision came about. The numbers are part of the C ABI.</summary>
[Flags]
public enum DecisionFlags : ushort
{
    /// <summary>Nothing to say.</summary>
    None = 0,

    /// <summary>The preferred backend of the query type was not available.</summary>
    PreferredUnavailable = 1,

    /// <summary>The backend was chosen by what was learned, not by rule or at random.</summary>
    Learned = 2,

    /// <summary>The decision is of the experiment's uniform slice: it was equally likely to be each variant's.</summary>
    UniformSlice = 4,
}
