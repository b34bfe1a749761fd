namespace HoloLoom.Fast.Cli;

/// <summary>An error to show the user as one line, ending the program with <see cref="ExitCode.Failure"/>.</summary>
/// <param name="what">What went wrong, such as <c>cannot read the queries</c>.</param>
/// <param name="where">The file, option or value, and the system's reason.</param>
/// <param name="remedy">What to do, as a sentence; empty if there is nothing to say.</param>
/// <param name="cause">The cause, if there is one.</param>
internal sealed class CliException(string what, string where, string remedy = "", Exception? cause = null)
    : Exception(Compose(what, where, remedy), cause)
{
    private static string Compose(string what, string where, string remedy)
    {
        string message = $"{what}: {where.TrimEnd('.')}.";
        return remedy.Length == 0 ? message : $"{message} {remedy}";
    }
}
