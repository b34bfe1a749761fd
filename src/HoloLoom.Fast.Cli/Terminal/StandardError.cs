namespace HoloLoom.Fast.Cli.Terminal;

/// <summary>Messages to the user, apart from the results on standard output.</summary>
internal static class StandardError
{
    public static void WriteLine(string line)
    {
        try
        {
            Console.Error.WriteLine(line);
        }
        catch (IOException)
        {
            // Nobody can be told that telling failed; the exit code still says what happened.
        }
    }

    public static void Warn(string warning) => WriteLine($"hololoom: warning: {warning}");
}
