namespace Relay.Backplane;

/// <summary>
/// Keeps a second process out of a directory. The lock belongs to an open file, so the operating system lets go of it
/// when the process ends, however it ends; the file itself stays, because deleting it would let two processes lock two
/// files of the same name.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    // What .NET reports when another process has the lock: EAGAIN on Linux and on macOS, ERROR_SHARING_VIOLATION on
    // Windows.
    private static readonly int[] HeldElsewhere = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream file;

    private DirectoryLock(FileStream file) => this.file = file;

    /// <exception cref="FileLogStartException">Another process has the directory.</exception>
    public static DirectoryLock Take(string directory)
    {
        var path = Path.Combine(directory, "lock");
        try
        {
            return new DirectoryLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (HeldElsewhere.Contains(e.HResult))
        {
            throw new FileLogStartException(
                $"Another process uses the log directory {directory}: stop it, give this node a FileStore:Path of its "
                    + "own, or join several nodes with Redis:Configuration.", e)
            {
                IsInUse = true,
            };
        }
    }

    public void Dispose() => file.Dispose();
}
