namespace HoloLoom.Fast;

/// <summary>What is believed before the first outcome: pseudo-counts of Beta(alpha, beta) per (query type, backend). Never decays.</summary>
public sealed record PriorOptions
{
    /// <summary>Pseudo-successes of every cell that <see cref="Cells"/> does not name; finite, above 0.</summary>
    public double Alpha { get; init; } = 1;

    /// <summary>Pseudo-failures of every cell that <see cref="Cells"/> does not name; finite, above 0.</summary>
    public double Beta { get; init; } = 1;

    /// <summary>Cells with a prior of their own; each (query type, backend) at most once.</summary>
    public IReadOnlyList<PriorCell> Cells { get; init; } = [];
}

/// <summary>The prior of one (query type, backend) cell.</summary>
/// <param name="QueryType">The query type's name.</param>
/// <param name="Backend">The backend's name.</param>
/// <param name="Alpha">Pseudo-successes; finite, above 0.</param>
/// <param name="Beta">Pseudo-failures; finite, above 0.</param>
public sealed record PriorCell(string QueryType, string Backend, double Alpha, double Beta);
