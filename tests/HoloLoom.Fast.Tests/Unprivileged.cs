using System.Runtime.InteropServices;

namespace HoloLoom.Fast.Tests;

/// <summary>Does something to files as a user whom permissions bind, also when the tests run as root.</summary>
internal static partial class Unprivileged
{
    private const int Nobody = 65534;

    /// <summary>Runs the action, which must not change threads.</summary>
    public static void Run(Action action)
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            action();
            return;
        }

        // On Linux the identity for file access is the thread's own.
        Become(Nobody);
        try
        {
            action();
        }
        finally
        {
            Become(0);
        }
    }

    // The call answers the identity before it, so a second one tells whether the first took effect.
    private static void Become(int user)
    {
        _ = SetFileUser(user);
        Assert.Equal(user, SetFileUser(user));
    }

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetFileUser(int user);
}
