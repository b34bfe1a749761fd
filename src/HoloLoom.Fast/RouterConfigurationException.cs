namespace HoloLoom.Fast;

/// <summary>A configuration that cannot be used. Nothing was started.</summary>
public sealed class RouterConfigurationException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">Where: a JSON path such as <c>$.queryTypes[1].patterns[0]</c>.</param>
    /// <param name="reason">What is wrong and what to do, as a sentence.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public RouterConfigurationException(string path, string reason, Exception? innerException = null)
        : base($"{path}: {reason}", innerException)
    {
        Path = path;
        Reason = reason;
    }

    /// <summary>Where in the configuration: a JSON path.</summary>
    public string Path { get; }

    /// <summary>What is wrong and what to do.</summary>
    public string Reason { get; }
}
