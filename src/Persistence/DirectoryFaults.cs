namespace Relay.Persistence;

/// <summary>Turns what a file system throws into <see cref="SnapshotStoreUnavailableException"/>.</summary>
internal static class DirectoryFaults
{
    public static bool IsFailure(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or System.Security.SecurityException;

    public static SnapshotStoreUnavailableException Unavailable(string what, Exception exception) =>
        new($"{what}: {exception.Message}", exception);

    public static void Guard(string what, Action action) => Guard(what, () =>
    {
        action();
        return true;
    });

    public static T Guard<T>(string what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            throw Unavailable(what, exception);
        }
    }
}
